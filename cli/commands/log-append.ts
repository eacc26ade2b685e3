import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { HeadraceError, isHeadraceError, messageOf } from '../../engine/errors.ts'
import { withSchemaId } from '../../engine/schema-ids.ts'
import type { Command } from '../command.ts'
import { placeOptions } from '../command.ts'
import { loadDeployment } from '../config.ts'
import type { Flags } from '../flags.ts'
import { usageError } from '../flags.ts'
import { openRegistry } from '../home.ts'
import type { InputLine } from '../input-lines.ts'
import { inputLines } from '../input-lines.ts'
import type { Io } from '../io.ts'
import { jsonLine, print } from '../io.ts'
import { topicOfJob } from '../job-topics.ts'
import type { LineWriter } from '../line-writers.ts'
import { plainWriter, typedWriter } from '../line-writers.ts'
import { withPlace } from '../place/open-place.ts'
import type { Appender } from '../place/place.ts'

/** Lines that are written and committed together. */
const linesAtOnce = 4096

export const logAppend: Command = {
  name: 'log append',
  summary: 'append JSON lines to a topic of Kafka or of the embedded log',
  operands: ['<topic>', '[file]'],
  options: {
    ...placeOptions,
    job: { value: 'FILE', help: "encode the lines as this job's topic says: format, key, event time" },
    key: { value: 'FIELD', help: 'without --job: the field that is the record key' },
    partitions: { value: 'N', help: 'create the topic with so many partitions if it is not there' },
    json: { help: 'print what was done as a JSON line' },
  },
  notes:
    'Reads standard input where no file is named. A wrong line ends it with a message that says which line it was ' +
    `and how many were appended before: lines are committed ${linesAtOnce} at a time.`,
  examples: [
    'headrace log append clicks clicks.jsonl --job jobs/clickstream.ts',
    'echo \'{"user":7,"kind":"view"}\' | headrace log append events --key user --partitions 4',
  ],
  run: async (flags, io) => {
    const deployment = await loadDeployment(flags, io)
    const [topic] = flags.operands
    const [job, key] = [flags.text('job'), flags.text('key')]
    if (job !== undefined && key !== undefined)
      throw usageError('--key goes without --job: the job says what the key is')
    const spec = job === undefined ? undefined : await topicOfJob(job, topic, io.cwd)
    return withPlace(deployment, io, async place => {
      const schemas = openRegistry(deployment, text => io.err.write(`${text}\n`))
      const isNew = flags.text('partitions') !== undefined && (await place.partitions(topic)) === undefined
      if (isNew) await place.createTopic(topic, deployment.partitions)
      const appender = await place.openAppender(topic)
      try {
        const now = () => Date.now()
        const write =
          spec === undefined
            ? plainWriter(appender, key, now)
            : typedWriter(appender, await withSchemaId(spec, schemas), now)
        const appended = await appendLines(inputOf(flags, io), write, appender)
        if (flags.on('json')) print(io, jsonLine({ topic, appended, created: isNew }))
        else print(io, outcome(topic, appended, isNew))
      } finally {
        await appender.close()
        schemas?.close()
      }
      return undefined
    })
  },
}

function outcome(topic: string, appended: number, isNew: boolean): string {
  const records = `${appended.toLocaleString('en')} ${appended === 1 ? 'record' : 'records'}`
  return `${isNew ? `created ${topic}; ` : ''}appended ${records} to ${topic}`
}

function inputOf(flags: Flags, io: Io): Readable {
  const file = flags.operands[1]
  return file === undefined ? io.in : createReadStream(resolve(io.cwd, file))
}

async function appendLines(input: Readable, write: LineWriter, appender: Appender): Promise<number> {
  let lines: InputLine[] = []
  let appended = 0
  const send = async () => {
    await write(lines)
    await appender.commit()
    appended += lines.length
    lines = []
  }
  try {
    for await (const line of inputLines(input)) {
      lines.push(line)
      if (lines.length >= linesAtOnce) await send()
    }
    if (lines.length > 0) await send()
  } catch (error) {
    if (!isHeadraceError(error)) throw usageError(`the input cannot be read: ${messageOf(error)}`, error)
    if (appended === 0) throw error
    const message = `${error.what}; the ${appended} lines before it, from the first on, are appended`
    throw new HeadraceError(error.code, message, { cause: error })
  }
  return appended
}
