import { randomUUID } from 'node:crypto'
import { KafkaCluster } from './kafka/cluster.ts'
import { needs } from './missing.ts'

await needs('Kafka')

export interface KafkaBrokers {
  readonly brokers: readonly string[]
}

let found: Promise<KafkaBrokers> | undefined

/**
 * A real broker, one for all: the one that `KAFKA_BROKERS` names, which is also how a run of the whole suite hands on
 * its own; else one that this process starts and that ends with it.
 */
export function kafka(): Promise<KafkaBrokers> {
  found ??= find()
  return found
}

/** For topics, groups and transactional ids: the broker is shared. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomUUID().slice(0, 8)}`
}

async function find(): Promise<KafkaBrokers> {
  const named = process.env.KAFKA_BROKERS
  return named ? { brokers: named.split(',') } : KafkaCluster.start(1)
}
