import type { Notice } from './config.ts'

/** A notice as one line. */
export function noticeText({ message, topic, partition }: Notice): string {
  const place = [topic !== undefined && `topic ${topic}`, partition !== undefined && `partition ${partition}`]
  const known = place.filter(part => part !== false)
  return known.length === 0 ? message : `${message} (${known.join(', ')})`
}
