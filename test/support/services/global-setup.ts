import { startSingleBroker } from './kafka/single-broker.ts'
import { MissingError, sayMissing } from './missing.ts'

/** Runs before the whole suite, in the runner's process: its environment is how the test processes learn of a server. */
export async function globalSetup(): Promise<void> {
  if (process.env.KAFKA_BROKERS) return
  try {
    process.env.KAFKA_BROKERS = await startSingleBroker()
  } catch (error) {
    if (!(error instanceof MissingError)) throw error
    sayMissing('Kafka', error.message)
  }
}
