import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { javaSource } from './kafka/java.ts'
import { needs } from './missing.ts'

await needs('Java')

const CONSUME_MS_MAX = 120_000

export interface ConsumedRecord {
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly (readonly [string, Buffer | null])[]
}

/**
 * All that Java's consumer finds in a topic, from its beginning to its present end, by partition and offset: the judge
 * from outside of what was written.
 */
export async function javaConsume(
  brokers: readonly string[],
  topic: string,
  options: { readonly committed?: boolean } = {},
): Promise<ConsumedRecord[]> {
  const topics = await javaConsumeAll(brokers, [topic], options)
  return topics.get(topic) ?? []
}

/** The same of several topics at a time. */
export async function javaConsumeAll(
  brokers: readonly string[],
  topics: readonly string[],
  { committed = true } = {},
): Promise<Map<string, ConsumedRecord[]>> {
  const isolation = committed ? 'read_committed' : 'read_uncommitted'
  const args = await javaSource('Consume.java', brokers.join(), topics.join(), isolation)
  const java = spawn('java', args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: CONSUME_MS_MAX })
  const [ended, complaints] = [once(java, 'exit'), text(java.stderr)]
  const found = new Map(topics.map((topic): [string, ConsumedRecord[]] => [topic, []]))
  for await (const line of createInterface(java.stdout)) {
    const { topic, record } = parse(line)
    found.get(topic)?.push(record)
  }
  const [code] = await ended
  if (code !== 0) throw new Error(`Java cannot consume ${topics.join()}: ${await complaints}`)
  for (const records of found.values()) {
    records.sort((a, b) => a.partition - b.partition || a.offset - b.offset)
  }
  return found
}

function parse(line: string): { readonly topic: string; readonly record: ConsumedRecord } {
  const { topic, key, value, headers, ...place } = JSON.parse(line) as {
    topic: string
    partition: number
    offset: number
    timestamp: number
    key: string | null
    value: string | null
    headers: [string, string | null][]
  }
  const record = {
    ...place,
    key: bytesOf(key),
    value: bytesOf(value),
    headers: headers.map(([name, content]) => [String(bytesOf(name)), bytesOf(content)] as const),
  }
  return { topic, record }
}

function bytesOf(base64: string | null): Buffer | null {
  return base64 === null ? null : Buffer.from(base64, 'base64')
}
