import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Producer, Transaction } from 'kafkajs'
import type { KafkaSource } from '../../../../connectors/kafka/source/source.ts'
import { codecs } from '../../../../engine/codec/compression/compression.ts'
import { limits, setLimits } from '../../../../engine/limits.ts'
import { KafkaReading, readTo } from '../../../support/kafka-reading.ts'
import { messages, OtherClient } from '../../../support/kafkajs-client.ts'
import { seed } from '../../../support/property.ts'
import { kafka, uniqueName } from '../../../support/services/kafka.ts'
import type { Act } from '../../../support/transaction-log.ts'
import { actsArbitrary, TransactionLog } from '../../../support/transaction-log.ts'

const { brokers } = await kafka()

/** Real producers that do what they are told, one act after the other. */
class Producers {
  readonly #source: KafkaSource
  readonly #topic: string
  readonly #producers: readonly Producer[]
  readonly #open = new Map<number, Transaction>()
  #end = 0

  constructor(source: KafkaSource, topic: string, producers: readonly Producer[]) {
    this.#source = source
    this.#topic = topic
    this.#producers = producers
  }

  async act(act: Act): Promise<void> {
    if (act.kind === 'write') await this.#write(act.producer, act.records)
    else await this.#finish(act.producer, act.kind)
  }

  async #write(producer: number, records: number): Promise<void> {
    const values = Array.from({ length: records }, (_, k) => `record ${this.#end + k}`)
    if (producer > 0 && !this.#open.has(producer)) {
      this.#open.set(producer, await this.#producers[producer].transaction())
    }
    const sender = this.#open.get(producer) ?? this.#producers[0]
    await sender.send({ topic: this.#topic, messages: messages(0, values) })
    this.#end += records
  }

  async #finish(producer: number, kind: 'commit' | 'abort'): Promise<void> {
    await this.#open.get(producer)?.[kind]()
    this.#open.delete(producer)
    this.#end++
    // The mark is written after the answer.
    while ((await this.#source.freshEnd('all')) < this.#end);
  }
}

/** The acts without ends of transactions that have not begun: these leave no mark in a real partition. */
function withBegunEnds(acts: readonly Act[]): Act[] {
  const open = new Set<number>()
  return acts.filter(({ kind, producer }) => {
    if (kind === 'write') return open.add(producer)
    return open.delete(producer)
  })
}

test('of what real producers write, whatever they do, the committed records are read', async t => {
  t.diagnostic(`HEADRACE_SEED=${seed}`)
  const [other, reading] = [await OtherClient.open(t, brokers), await KafkaReading.open(t, brokers)]
  const topic = await other.topic('transactions')
  const transactional = () =>
    other.producer({ transactionalId: uniqueName('producer'), maxInFlightRequests: 1 })
  const producers = new Producers(await reading.source(topic, 0), topic, [
    await other.producer(),
    await transactional(),
    await transactional(),
    await transactional(),
  ])
  const [random] = fc.sample(fc.array(actsArbitrary, { minLength: 3, maxLength: 3 }), { numRuns: 1, seed })
  const begin: Act[] = [1, 2].map(producer => ({ kind: 'write', producer, records: 2, codec: codecs.none }))
  const acts = withBegunEnds([...begin, ...random.flat()])
  for (const act of acts) await producers.act(act)
  const log = new TransactionLog(acts)

  const before = limits.fetchBytes
  t.after(() => setLimits({ fetchBytes: before }))
  for (const fetchBytes of [before, 300, 100]) {
    setLimits({ fetchBytes })
    for (let start = 0; start <= log.lastStableOffset; start += 7) {
      const feed = await reading.feed(topic, 0)
      feed.seek(start)
      const expected = log.visible(start).map(offset => `${offset} record ${offset}`)
      assert.deepEqual(await readTo(feed, log.lastStableOffset), expected)
      assert.equal(feed.source.endOffset(), log.lastStableOffset)
      feed.source.close()
    }
  }
  const feed = await reading.feed(topic, 0)
  const read = await readTo(feed, log.lastStableOffset)
  const ends: Act[] = [1, 2, 3].map(producer => ({ kind: producer === 2 ? 'abort' : 'commit', producer }))
  const finished = withBegunEnds([...acts, ...ends])
  for (const act of finished.slice(acts.length)) await producers.act(act)
  const whole = new TransactionLog(finished)
  read.push(...(await readTo(feed, whole.lastStableOffset)))
  assert.deepEqual(
    read,
    whole.visible(0).map(offset => `${offset} record ${offset}`),
  )
})
