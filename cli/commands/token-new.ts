import { isScope, scopeForms } from '../../server/http/scopes.ts'
import { hashOf, newToken } from '../../server/http/tokens.ts'
import type { Command } from '../command.ts'
import { usageError } from '../flags.ts'
import { jsonLine, print } from '../io.ts'

export const tokenNew: Command = {
  name: 'token new',
  summary: 'make a token for callers of our servers',
  operands: [],
  options: {
    scope: { value: 'SCOPE', multiple: true, help: `what it is good for: ${scopeForms.replaceAll('`', '')}` },
    name: { value: 'NAME', help: 'whose it is, for logs (default caller)' },
    json: { help: 'print a JSON line' },
  },
  notes:
    'Prints the token, which goes to the caller and stands nowhere else, and its entry for serve.tokens in ' +
    'headrace.config.ts: its hash alone, by which the server knows it again.',
  examples: [
    'headrace token new --name shop --scope read:user-stats --scope read:item-stats',
    'headrace token new --name operator --scope admin',
  ],
  run: (flags, io) => {
    const scopes = flags.list('scope')
    if (scopes.length === 0) throw usageError(`--scope is missing; scopes are ${scopeForms}`)
    const wrong = scopes.find(scope => !isScope(scope))
    if (wrong !== undefined) throw usageError(`--scope is "${wrong}"; scopes are ${scopeForms}`)
    const token = newToken()
    const entry = { name: flags.text('name') ?? 'caller', hash: hashOf(token), scopes }
    if (flags.on('json')) print(io, jsonLine({ token, entry }))
    else print(io, `token  ${token}`, `entry  ${JSON.stringify(entry)}`)
    return undefined
  },
}
