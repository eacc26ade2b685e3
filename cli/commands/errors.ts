import type { ErrorEntry } from '../../engine/error-codes/entry.ts'
import type { ErrorCode } from '../../engine/error-codes.ts'
import { errorCatalog } from '../../engine/error-codes.ts'
import type { Command } from '../command.ts'
import { usageError } from '../flags.ts'
import { jsonLine, print } from '../io.ts'
import { tableLines } from '../table.ts'

const catalog: Readonly<Record<string, ErrorEntry>> = errorCatalog

export const errors: Command = {
  name: 'errors',
  summary: 'explain an error code, or list them all',
  operands: ['[code]'],
  options: { json: { help: 'print JSON lines' } },
  examples: ['headrace errors', 'headrace errors HR_TOPIC_UNKNOWN'],
  run: (flags, io) => {
    const [asked] = flags.operands
    const entries = asked === undefined ? Object.entries(catalog) : [find(asked)]
    if (flags.on('json')) {
      for (const [code, entry] of entries) print(io, jsonLine({ code, ...entry }))
    } else if (asked === undefined) {
      print(
        io,
        ...tableLines(
          ['code', 'domain', 'meaning'],
          entries.map(([code, entry]) => [code, entry.domain, entry.meaning]),
        ),
      )
    } else print(io, ...explain(...entries[0]))
    return undefined
  },
}

/** An entry by its code, in any case, with or without the HR_ in front. */
function find(asked: string): [string, ErrorEntry] {
  const code = asked.toUpperCase().replace(/^(HR_)?/, 'HR_')
  if (Object.hasOwn(catalog, code)) return [code, catalog[code as ErrorCode]]
  const near = Object.keys(catalog).filter(other => other.startsWith(code.split('_', 2).join('_')))
  const hint = near.length === 0 ? '`headrace errors` lists them' : `similar are ${near.join(', ')}`
  throw usageError(`there is no error code ${code}; ${hint}`)
}

function explain(code: string, { domain, retryable, meaning, advice }: ErrorEntry): string[] {
  const retry = retryable ? 'The same attempt can succeed later.' : 'Trying again changes nothing.'
  return [code, '', `  ${meaning}`, `  ${advice}`, '', `  Domain: ${domain}. ${retry}`]
}
