import { setTimeout as delay } from 'node:timers/promises'
import { KafkaHome } from '../../connectors/kafka/home.ts'
import type { TopicHome } from '../../engine/home.ts'
import { RowReader } from '../../engine/io/row-reader.ts'
import { topicSpec } from '../../engine/topic.ts'
import { PARTITIONS } from '../events.ts'
import type { Passed } from './latency-job.ts'
import { passedTopic } from './latency-job.ts'
import { now } from './meter.ts'
import { say } from './say.ts'

const PATIENCE_MS = 60_000
const LOOK_MS = 20

/** Reads the results as they become visible, and notes when. */
export class LatencyResults {
  private readonly home: TopicHome
  private readonly topic: string
  private readonly stop = new AbortController()
  private readonly following: Promise<unknown>
  /** By the number of the event: when it was sent, and milliseconds until its result was there. */
  private readonly sent: number[] = []
  private readonly taken: number[] = []
  private received = 0
  private twice = 0

  static async open(brokers: readonly string[], topic: string): Promise<LatencyResults> {
    return new LatencyResults(await KafkaHome.open({ brokers }, say), topic)
  }

  private constructor(home: TopicHome, topic: string) {
    this.home = home
    this.topic = topic
    this.following = Promise.all(Array.from({ length: PARTITIONS }, (_, partition) => this.follow(partition)))
    // `until` and `close` tell.
    this.following.catch(() => {})
  }

  /** Resolves when so many have come; rejects if that takes a minute. */
  async until(count: number): Promise<void> {
    const giveUp = now() + PATIENCE_MS
    while (this.received < count) {
      if (now() > giveUp) throw new Error(`${this.received} results have come, there were ${count} events`)
      await Promise.race([this.following, delay(LOOK_MS)])
    }
  }

  /** Of the events that were sent from then on: milliseconds, in no order. */
  since(time: number): Float64Array {
    return Float64Array.from(this.taken.filter((_, id) => this.sent[id] >= time))
  }

  /** Whether each of so many events has one result. */
  areAll(count: number): boolean {
    return this.twice === 0 && this.received === count && this.taken.length === count
  }

  async close(): Promise<void> {
    this.stop.abort()
    await this.following
    await this.home.close()
  }

  private async follow(partition: number): Promise<void> {
    const source = await this.home.openSource(this.topic, partition, 'earliest')
    const reader = new RowReader<Passed>(topicSpec(passedTopic(this.topic)), partition, source, 0)
    while (!this.stop.signal.aborted) {
      const records = await reader.read()
      const time = now()
      for (const { row } of records) if (row !== null) this.note(row, time)
      if (records.length === 0) await source.changed(this.stop.signal)
    }
    reader.close()
    source.close()
  }

  private note({ id, sent }: Passed, time: number): void {
    if (this.taken[id] !== undefined) this.twice++
    else this.received++
    this.sent[id] = sent
    this.taken[id] = time - sent
  }
}
