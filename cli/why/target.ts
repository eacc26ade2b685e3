import type { Target } from '../../backtest/why/target.ts'
import { windowColumn } from '../../backtest/why/target.ts'
import type { SchemaRegistry } from '../../engine/schema-registry.ts'
import type { TopicSpec } from '../../engine/topic.ts'
import type { Flags } from '../flags.ts'
import { usageError } from '../flags.ts'
import type { Place } from '../place/place.ts'
import type { LogRecord } from '../record-reader.ts'
import { RecordReader } from '../record-reader.ts'

/** Where a row lies in a topic. */
export interface Position {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/** What the flags say: a row by its key and window, or by its position. */
export function readTarget(flags: Flags): Target | Position {
  const [at, topic, sink] = [flags.text('at'), flags.text('topic'), flags.text('sink')]
  const [key, window] = [flags.text('key'), flags.text('window')]
  if (at !== undefined) {
    if (topic ?? sink ?? key ?? window) throw usageError('--at says all of --topic, --key and --window')
    const [, name, partition, offset] = /^(.+)\/(\d+)@(\d+)$/.exec(at) ?? []
    if (name === undefined) throw usageError(`--at is "${at}"; allowed: TOPIC/PARTITION@OFFSET`)
    return { topic: name, partition: Number(partition), offset: Number(offset) }
  }
  if (topic === undefined && sink === undefined) {
    throw usageError('--topic is needed: the output topic with the row, or --sink, or --at')
  }
  if (topic !== undefined && sink !== undefined) throw usageError('--topic and --sink are two ways to say it')
  if (key === undefined) throw usageError("--key is needed: the row's key in the topic, or --at")
  return {
    ...(topic !== undefined && { topic }),
    ...(sink !== undefined && { sink }),
    key,
    ...(window !== undefined && { window: timeOf(window) }),
  }
}

function timeOf(text: string): number {
  const time = /^-?\d+$/.test(text) ? Number(text) : Date.parse(text)
  if (!Number.isNaN(time)) return time
  throw usageError(`--window is "${text}"; allowed: a time in ISO form, or milliseconds since 1970`)
}

/** The row that lies at a position. */
export async function targetAt(
  { topic, partition, offset }: Position,
  spec: TopicSpec,
  place: Place,
  registry: SchemaRegistry | undefined,
): Promise<Target> {
  const where = `${topic}/${partition}@${offset}`
  const record = await recordAt({ topic, partition, offset }, spec, place, registry)
  if (record === undefined) throw usageError(`--at: there is no record at ${where} in ${place.where}`)
  if (record.key === null) throw usageError(`--at: the record at ${where} has no key to find it by`)
  if (record.row === undefined)
    throw usageError(`--at: ${where} cannot be read: ${record.problem ?? 'no value'}`)
  const written = record.row as Readonly<Record<string, unknown>>
  const start = written[windowColumn]
  const window = typeof start === 'number' ? start : record.timestamp
  return { topic, key: new TextDecoder().decode(record.key), window, written }
}

async function recordAt(
  { topic, partition, offset }: Position,
  spec: TopicSpec,
  place: Place,
  registry: SchemaRegistry | undefined,
): Promise<LogRecord | undefined> {
  const [starts, ends] = await Promise.all([place.offsets(topic, 'earliest'), place.offsets(topic, 'latest')])
  const end = ends[partition]
  if (end === undefined || offset < starts[partition] || offset >= end) return undefined
  const reader = new RecordReader(topic, partition, await place.openSource(topic, partition), spec, registry)
  const { signal } = new AbortController()
  try {
    reader.seek(offset)
    while (reader.position < end) {
      const records = await reader.read()
      const [first] = records.filter(record => record.offset >= offset)
      if (first !== undefined) return first.offset === offset ? first : undefined
      if (records.length === 0 && reader.position < end) await reader.source.changed(signal)
    }
    return undefined
  } finally {
    reader.close()
  }
}
