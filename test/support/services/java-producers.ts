import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { javaSource } from './kafka/java.ts'
import { needs } from './missing.ts'

await needs('Java')

export interface ProducedRecord {
  /** Without one, Java's partitioner decides. */
  readonly partition?: number
  readonly timestamp?: number
  readonly key?: Uint8Array | string | null
  readonly value?: Uint8Array | string | null
  readonly headers?: readonly (readonly [string, Uint8Array | null])[]
}

export interface JavaProducer {
  begin(): Promise<void>
  /** Waits until the brokers have them; gives their offsets. */
  send(topic: string, records: readonly ProducedRecord[]): Promise<readonly number[]>
  commit(): Promise<void>
  abort(): Promise<void>
}

/** Settings of the Java client, as `{ 'transactional.id': 'a', 'compression.type': 'zstd' }`. */
export type JavaProducerConfig = Readonly<Record<string, string | number>>

/**
 * Opens producers of Java's, all in one process. It dies with the test, and leaves transactions that are open as they
 * are.
 */
export async function javaProducers(
  t: Pick<TestContext, 'after'>,
  brokers: readonly string[],
): Promise<(config?: JavaProducerConfig) => Promise<JavaProducer>> {
  const ask = await startJava(t)
  let opened = 0
  return async (config = {}) => {
    const producer = String(++opened)
    const tell = async (verb: string, rest = {}) => void (await ask({ producer, verb, ...rest }))
    await tell('open', { config: { ...config, 'bootstrap.servers': brokers.join() } })
    return {
      begin: () => tell('begin'),
      send: (topic, records) => ask({ producer, verb: 'send', topic, records: records.map(written) }),
      commit: () => tell('commit'),
      abort: () => tell('abort'),
    }
  }
}

/** An order goes out when the one before is answered. */
async function startJava(
  t: Pick<TestContext, 'after'>,
): Promise<(order: object) => Promise<readonly number[]>> {
  const java = spawn('java', await javaSource('Produce.java'), { stdio: ['pipe', 'pipe', 'inherit'] })
  t.after(() => java.kill('SIGKILL'))
  // That it has ended is said by the answers, which end too.
  java.stdin.on('error', () => undefined)
  const answers = createInterface(java.stdout)[Symbol.asyncIterator]()
  let last: Promise<unknown> = Promise.resolve()
  return order => {
    const answer = last.then(async () => {
      java.stdin.write(`${JSON.stringify(order)}\n`)
      return offsetsIn(await answers.next())
    })
    last = answer.catch(() => undefined)
    return answer
  }
}

function offsetsIn({ value, done }: IteratorResult<string, unknown>): readonly number[] {
  if (done) throw new Error('the Java producers have ended')
  const { offsets, error } = JSON.parse(value) as { offsets: number[]; error?: string }
  if (error !== undefined) throw new Error(error)
  return offsets
}

function written({ key, value, headers, ...place }: ProducedRecord): object {
  return {
    ...place,
    key: base64(key),
    value: base64(value),
    headers: headers?.map(([name, content]) => [name, base64(content)]),
  }
}

function base64(bytes: Uint8Array | string | null | undefined): string | null {
  return bytes === null || bytes === undefined ? null : Buffer.from(bytes).toString('base64')
}
