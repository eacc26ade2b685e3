import type { Deployment } from '../config.ts'
import { kafkaOptions } from '../home.ts'
import type { Io } from '../io.ts'
import { LogPlace } from './log-place.ts'
import type { Place } from './place.ts'

/** Takes what was survived on the way. */
export type Tell = (text: string) => void

/** Kafka where brokers are configured, else the embedded log. */
export async function openPlace(
  deployment: Deployment,
  io: Io,
  tell: Tell = text => io.err.write(`${text}\n`),
): Promise<Place> {
  const kafka = kafkaOptions(deployment)
  if (kafka === undefined) return new LogPlace(deployment)
  const { KafkaPlace } = await import('./kafka-place.ts')
  const { noticeText } = await import('../../connectors/kafka/notice-text.ts')
  return KafkaPlace.open(kafka, notice => tell(noticeText(notice)))
}

export async function withPlace<T>(
  deployment: Deployment,
  io: Io,
  action: (place: Place) => Promise<T>,
  tell?: Tell,
): Promise<T> {
  const place = await openPlace(deployment, io, tell)
  try {
    return await action(place)
  } finally {
    await place.close()
  }
}

/** For people. */
export function placeName(deployment: Deployment): string {
  const kafka = kafkaOptions(deployment)
  return kafka === undefined ? deployment.dataDir : `Kafka at ${kafka.brokers.join(', ')}`
}
