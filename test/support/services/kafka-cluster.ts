import type { TestContext } from 'node:test'
import { KafkaCluster } from './kafka/cluster.ts'
import { needs } from './missing.ts'

await needs('Kafka cluster')

/**
 * A cluster of the test's own, whose nodes may be stopped, killed and started again; it ends with the test. Topics have
 * three replicas, two of which have to be in sync.
 */
export async function kafkaCluster(
  t: Pick<TestContext, 'after'>,
  { nodes = 3 } = {},
): Promise<Omit<KafkaCluster, 'end'>> {
  const cluster = await KafkaCluster.start(nodes)
  t.after(() => cluster.end())
  return cluster
}
