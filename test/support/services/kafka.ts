import { randomUUID } from 'node:crypto'
import { KafkaCluster } from './kafka/cluster.ts'
import type { SecureKafka } from './kafka/secure-broker.ts'
import { startSecureBroker } from './kafka/secure-broker.ts'
import { needs } from './missing.ts'

await needs('Kafka')

export interface KafkaBrokers {
  readonly brokers: readonly string[]
}

let shared: Promise<KafkaBrokers> | undefined
let secured: Promise<SecureKafka> | undefined

/**
 * A real broker, one for all: the one that `KAFKA_BROKERS` names, which is also how a run of the whole suite hands on
 * its own; else one that this process starts and that ends with it. One with TLS and SASL is always started.
 */
export function kafka(): Promise<KafkaBrokers>
export function kafka(options: { readonly secure: true }): Promise<SecureKafka>
export function kafka(options?: { readonly secure: true }): Promise<KafkaBrokers> {
  return options?.secure ? (secured ??= startSecureBroker()) : (shared ??= find())
}

/** For topics, groups and transactional ids: the broker is shared. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomUUID().slice(0, 8)}`
}

async function find(): Promise<KafkaBrokers> {
  const named = process.env.KAFKA_BROKERS
  return named ? { brokers: named.split(',') } : KafkaCluster.start(1)
}
