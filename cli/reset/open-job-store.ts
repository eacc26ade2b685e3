import type { Plan } from '../../engine/graph/plan.ts'
import type { Deployment } from '../config.ts'
import { kafkaOptions } from '../home.ts'
import type { Io } from '../io.ts'
import type { JobStore } from './job-store.ts'
import { LogJobStore } from './log-job-store.ts'

export async function withJobStore<T>(
  deployment: Deployment,
  planned: Plan,
  io: Io,
  action: (store: JobStore) => Promise<T>,
): Promise<T> {
  const kafka = kafkaOptions(deployment)
  if (kafka === undefined) return action(new LogJobStore(deployment, planned))
  const { KafkaJobStore } = await import('./kafka-job-store.ts')
  const { noticeText } = await import('../../connectors/kafka/notice-text.ts')
  const store = await KafkaJobStore.open(kafka, planned, notice => io.err.write(`${noticeText(notice)}\n`))
  try {
    return await action(store)
  } finally {
    await store.close()
  }
}
