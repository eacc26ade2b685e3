import type { KafkaHomeOptions } from '../connectors/kafka/config.ts'
import type { LogHomeOptions } from '../connectors/log/config.ts'
import type { LogHome } from '../connectors/log/home.ts'
import { openLogHome } from '../connectors/log/home.ts'
import type { RegistryClient } from '../connectors/registry/client.ts'
import { openSchemaRegistry } from '../connectors/registry/client.ts'
import type { Deployment } from './config.ts'

/** Where the topics and the state of a deployment live: its data directory. */
export function openHome(deployment: Deployment): LogHome {
  return openLogHome(homeOptions(deployment))
}

export function homeOptions(deployment: Deployment): LogHomeOptions {
  const { dataDir, fsync, partitions, segmentBytes, retention = -1, retentionBytes = -1 } = deployment
  return {
    dir: dataDir,
    fsync,
    partitionsForNewTopics: partitions,
    segmentBytes,
    retentionMs: retention,
    retentionBytes,
  }
}

/** Where topics with `registry` have their schemas, if the deployment has that. */
export function openRegistry(
  { schemaRegistry }: Deployment,
  note: (text: string) => void,
): RegistryClient | undefined {
  return schemaRegistry && openSchemaRegistry(schemaRegistry, note)
}

/** How Kafka is used, where brokers are configured. */
export function kafkaOptions({ kafka }: Deployment): KafkaHomeOptions | undefined {
  return kafka
}
