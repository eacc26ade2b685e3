import type { Admin } from 'kafkajs'
import { Kafka, logLevel } from 'kafkajs'

/** The brokers that this one says are up. Asked by a client that is not ours: it is the tests' second opinion. */
export function liveNodes(broker: string): Promise<number[]> {
  return ask(broker, async admin => {
    const { brokers } = await admin.describeCluster()
    return brokers.map(({ nodeId }) => nodeId).toSorted((a, b) => a - b)
  })
}

/** Whether this node has all of what it holds replicas of. */
export function isInSync(broker: string, node: number): Promise<boolean> {
  return ask(broker, async admin => {
    const { topics } = await admin.fetchTopicMetadata()
    const held = topics
      .flatMap(({ partitions }) => partitions)
      .filter(({ replicas }) => replicas.includes(node))
    return held.every(({ isr }) => isr.includes(node))
  })
}

async function ask<T>(broker: string, question: (admin: Admin) => Promise<T>): Promise<T> {
  const client = new Kafka({
    brokers: [broker],
    clientId: 'test-support',
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1000,
    requestTimeout: 5000,
    retry: { retries: 0 },
  })
  const admin = client.admin()
  await admin.connect()
  try {
    return await question(admin)
  } finally {
    await admin.disconnect()
  }
}
