import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import { isHeadraceError, messageOf } from '../../engine/errors.ts'
import { checkHashKey } from '../../engine/stores/hash.ts'
import type { HashStore, WrittenHash } from '../../engine/stores/hash-store.ts'
import type { Command } from '../command.ts'
import { usageError } from '../flags.ts'
import { hashOfLine } from '../hash-lines.ts'
import type { InputLine } from '../input-lines.ts'
import { inputLines } from '../input-lines.ts'
import { jsonLine, print } from '../io.ts'
import { inStoreOptions, withHashes } from '../with-store.ts'

/** Lines that are written together. */
const linesAtOnce = 4096

export const hashLoad: Command = {
  name: 'hash load',
  summary: 'write JSON lines as hashes, for jobs that enrich from them',
  operands: ['<key>', '[file]'],
  options: {
    ...inStoreOptions,
    entity: { value: 'FIELD', help: 'the field whose value stands for {} in the key' },
    json: { help: 'print what was done as a JSON line' },
  },
  notes:
    'To Redis where it is configured, under these very keys, else to the data directory. Each line sets the fields ' +
    'that it has; null deletes one. Reads standard input where no file is named. A wrong line ends it with a message ' +
    'that says which one it was: those before it may be written, and loading the file again does no harm.',
  examples: [
    "headrace hash load 'user:{}' users.jsonl --entity user",
    'echo \'{"user":"ann","tier":"gold"}\' | headrace hash load \'user:{}\' --entity user',
  ],
  run: async (flags, io) => {
    const [key, file] = flags.operands
    checkHashKey(key)
    const entity = flags.text('entity')
    if (entity === undefined)
      throw usageError('--entity is missing: the field that says whose hash a line is')
    const input = file === undefined ? io.in : createReadStream(resolve(io.cwd, file))
    return withHashes(flags, io, async (store, where) => {
      const hashes = await load(inputLines(input), line => hashOfLine(line, key, entity), store)
      if (flags.on('json')) print(io, jsonLine({ key, hashes }))
      else print(io, `wrote ${hashes.toLocaleString('en')} ${hashes === 1 ? 'hash' : 'hashes'} to ${where}`)
      return undefined
    })
  },
}

async function load(
  lines: AsyncIterable<InputLine>,
  hashOf: (line: InputLine) => WrittenHash,
  store: HashStore,
): Promise<number> {
  let some: WrittenHash[] = []
  let written = 0
  const send = async () => {
    await store.write(some)
    written += some.length
    some = []
  }
  try {
    for await (const line of lines) {
      some.push(hashOf(line))
      if (some.length >= linesAtOnce) await send()
    }
    if (some.length > 0) await send()
  } catch (error) {
    throw isHeadraceError(error) ? error : usageError(`the input cannot be read: ${messageOf(error)}`, error)
  }
  return written
}
