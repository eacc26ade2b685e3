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
  { committed = true } = {},
): Promise<ConsumedRecord[]> {
  const isolation = committed ? 'read_committed' : 'read_uncommitted'
  const args = await javaSource('Consume.java', brokers.join(), topic, isolation)
  const java = spawn('java', args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: CONSUME_MS_MAX })
  const [ended, complaints] = [once(java, 'exit'), text(java.stderr)]
  const records: ConsumedRecord[] = []
  for await (const line of createInterface(java.stdout)) records.push(parse(line))
  const [code] = await ended
  if (code !== 0) throw new Error(`Java cannot consume ${topic}: ${await complaints}`)
  return records.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset)
}

function parse(line: string): ConsumedRecord {
  const { key, value, headers, ...place } = JSON.parse(line) as {
    partition: number
    offset: number
    timestamp: number
    key: string | null
    value: string | null
    headers: [string, string | null][]
  }
  return {
    ...place,
    key: bytesOf(key),
    value: bytesOf(value),
    headers: headers.map(([name, content]) => [String(bytesOf(name)), bytesOf(content)]),
  }
}

function bytesOf(base64: string | null): Buffer | null {
  return base64 === null ? null : Buffer.from(base64, 'base64')
}
