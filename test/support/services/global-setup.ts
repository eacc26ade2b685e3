import { KafkaCluster } from './kafka/cluster.ts'
import { MissingError, sayMissing } from './missing.ts'

/** Runs before the whole suite, in the runner's process: its environment is how the test processes learn of a server. */
export async function globalSetup(): Promise<void> {
  if (process.env.KAFKA_BROKERS) return
  try {
    const { brokers } = await KafkaCluster.start(1)
    process.env.KAFKA_BROKERS = brokers.join()
  } catch (error) {
    if (!(error instanceof MissingError)) throw error
    sayMissing('Kafka', error.message)
  }
}
