import { HeadraceError } from '../../../engine/errors.ts'
import { limits } from '../../../engine/limits.ts'
import type { Notify } from '../config.ts'
import { KAFKA, kafkaError, refused } from '../protocol/kafka-errors.ts'
import type { TopicMetadata } from '../protocol/metadata.ts'
import type { Brokers } from './brokers.ts'
import { RetriableError, retrying } from './retry.ts'

/** Which broker leads which partition, as far as it was asked for and not found wrong since. */
export class TopicLeaders {
  private readonly brokers: Brokers
  readonly notify: Notify
  private readonly known = new Map<string, TopicMetadata>()
  private readonly asked = new Map<string, Promise<TopicMetadata>>()

  constructor(brokers: Brokers, notify: Notify) {
    this.brokers = brokers
    this.notify = notify
  }

  async leader(topic: string, partition: number): Promise<number> {
    const known = leaderIn(this.known.get(topic), partition)
    if (known !== undefined) return known
    const begun = performance.now()
    return retrying(`finding the leader of ${topic}-${partition}`, this, async () => {
      const found = await this.ask(topic)
      const leader = leaderIn(found, partition)
      if (leader !== undefined) return leader
      const code = errorOf(found, partition)
      if (code !== KAFKA.UNKNOWN_TOPIC_OR_PARTITION) throw passing(code, { topic, partition })
      if (performance.now() - begun > limits.kafkaTopicMs) throw unknown(found, partition)
      throw new RetriableError('Metadata', code)
    })
  }

  /** How many partitions a topic has now; undefined where there is no such topic. */
  async partitions(topic: string): Promise<number | undefined> {
    const wasThere = this.known.get(topic)?.error === KAFKA.NONE
    const begun = performance.now()
    return retrying(`describing the topic ${topic}`, this, async () => {
      const { error, partitions } = await this.ask(topic)
      const isOver = !wasThere || performance.now() - begun > limits.kafkaTopicMs
      if (error === KAFKA.UNKNOWN_TOPIC_OR_PARTITION && isOver) return undefined
      if (error !== KAFKA.NONE) throw passing(error, { topic })
      return partitions.length
    })
  }

  forget(topic: string): void {
    this.known.delete(topic)
  }

  /** Those who ask together ask once. */
  private ask(topic: string): Promise<TopicMetadata> {
    const asked = this.asked.get(topic)
    if (asked !== undefined) return asked
    const answer = this.describe(topic).finally(() => this.asked.delete(topic))
    this.asked.set(topic, answer)
    return answer
  }

  private async describe(topic: string): Promise<TopicMetadata> {
    const { topics } = await this.brokers.describe([topic])
    this.known.set(topic, topics[0])
    return topics[0]
  }
}

function leaderIn(topic: TopicMetadata | undefined, partition: number): number | undefined {
  const found = topic?.partitions.find(candidate => candidate.partition === partition)
  return found === undefined || found.leader < 0 ? undefined : found.leader
}

function errorOf(topic: TopicMetadata, partition: number): number {
  if (topic.error !== KAFKA.NONE) return topic.error
  const found = topic.partitions.find(candidate => candidate.partition === partition)
  return found === undefined ? KAFKA.UNKNOWN_TOPIC_OR_PARTITION : KAFKA.LEADER_NOT_AVAILABLE
}

function passing(code: number, place: { topic: string; partition?: number }): Error {
  return kafkaError(code).retriable ? new RetriableError('Metadata', code) : refused('Metadata', code, place)
}

function unknown({ error, name, partitions }: TopicMetadata, partition: number): HeadraceError {
  if (error !== KAFKA.NONE) return new HeadraceError('HR_TOPIC_UNKNOWN', `there is no topic ${name}`)
  const message = `topic ${name} has ${partitions.length} partitions, and no partition ${partition}`
  return new HeadraceError('HR_TOPIC_UNKNOWN', message)
}
