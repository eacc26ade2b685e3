import type { KafkaConnect, Notify } from '../config.ts'
import type { Connection } from '../net/connection.ts'
import type { CoordinatorKind } from '../protocol/find-coordinator.ts'
import { KAFKA } from '../protocol/kafka-errors.ts'
import { Brokers } from './brokers.ts'
import { Coordinators } from './coordinators.ts'
import type { Purpose } from './links.ts'
import { RetriableError, retrying } from './retry.ts'
import { TopicLeaders } from './topic-leaders.ts'

/** A Kafka cluster as one process sees it: who is there, who leads what, and connections to them. */
export class Cluster {
  readonly notify: Notify
  private readonly brokers: Brokers
  private readonly leaders: TopicLeaders
  private readonly coordinators: Coordinators

  private constructor(brokers: Brokers, notify: Notify) {
    this.notify = notify
    this.brokers = brokers
    this.leaders = new TopicLeaders(brokers, notify)
    this.coordinators = new Coordinators(brokers, notify)
  }

  static async open(options: KafkaConnect, notify: Notify): Promise<Cluster> {
    const brokers = new Brokers(options)
    try {
      await brokers.reach(notify)
    } catch (error) {
      brokers.close()
      throw error
    }
    return new Cluster(brokers, notify)
  }

  /**
   * The connection to a broker for a purpose: requests that wait at the broker hold up those behind them, so
   * 'fetch' and 'group' have their own. Rejects with KafkaDisconnected while the broker cannot be reached.
   */
  broker(node: number, purpose: Purpose): Promise<Connection> {
    return this.brokers.broker(node, purpose)
  }

  /** The broker that leads a partition. Waits, within bounds, while there is none. */
  leader(topic: string, partition: number): Promise<number> {
    return this.leaders.leader(topic, partition)
  }

  /** Any broker, for requests that each of them answers. */
  any(): Promise<Connection> {
    return this.brokers.any()
  }

  /** The broker that takes requests about topics; it may change, so it is asked for each time. */
  controller(): Promise<Connection> {
    return retrying('finding the controller', this, async () => {
      const { controller } = await this.brokers.describe([])
      if (controller < 0) throw new RetriableError('Metadata', KAFKA.NOT_CONTROLLER)
      return this.broker(controller, 'data')
    })
  }

  /** The broker that keeps a group or a transactional id, remembered until `forgetCoordinator`. */
  coordinator(kind: CoordinatorKind, key: string): Promise<number> {
    return this.coordinators.get(kind, key)
  }

  forgetCoordinator(kind: CoordinatorKind, key: string): void {
    this.coordinators.forget(kind, key)
  }

  /** What is known of a topic is out of date: the next `leader` asks again. */
  forget(topic: string): void {
    this.leaders.forget(topic)
  }

  /** How many partitions a topic has now; undefined where there is no such topic. */
  partitions(topic: string): Promise<number | undefined> {
    return this.leaders.partitions(topic)
  }

  async topics(): Promise<readonly { name: string; partitions: number; internal: boolean }[]> {
    const { topics } = await retrying('listing the topics', this, () => this.brokers.describe('all'))
    return topics
      .filter(({ error }) => error === KAFKA.NONE)
      .map(({ name, partitions, internal }) => ({ name, partitions: partitions.length, internal }))
  }

  async close(): Promise<void> {
    this.brokers.close()
  }
}
