import { Kafka, logLevel } from 'kafkajs'

/** The brokers that this one says are up. Asked by a client that is not ours: it is the tests' second opinion. */
export async function liveNodes(broker: string): Promise<number[]> {
  const client = new Kafka({
    brokers: [broker],
    clientId: 'test-support',
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1000,
    retry: { retries: 0 },
  })
  const admin = client.admin()
  await admin.connect()
  try {
    const { brokers } = await admin.describeCluster()
    return brokers.map(({ nodeId }) => nodeId).toSorted((a, b) => a - b)
  } finally {
    await admin.disconnect()
  }
}
