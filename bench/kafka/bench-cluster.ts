import type { Guarantee } from '../../connectors/kafka/config.ts'
import { UsageError } from '../options.ts'
import type { WorkloadOptions } from '../workloads.ts'

/** The brokers that an option names, or one that is started and ends with this process. */
export async function clusterOf(brokers: string | undefined): Promise<readonly string[]> {
  if (brokers === undefined) throw new UsageError('--brokers is needed: host:port,... or "own"')
  if (brokers !== 'own') return brokers.split(',')
  const { KafkaCluster } = await import('../../test/support/services/kafka/cluster.ts')
  return (await KafkaCluster.start(1)).brokers
}

/** The peers' words in ours. */
export function guaranteeOf(guarantee: WorkloadOptions['guarantee']): Guarantee {
  if (guarantee === 'none') throw new UsageError('--guarantee none is for the embedded log only')
  return guarantee === 'eos' ? 'exactly-once' : 'at-least-once'
}
