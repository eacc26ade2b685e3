import type { Notice, Notify } from './config.ts'
import { noticeText } from './notice-text.ts'

/** What happens to many partitions at once is told once: so long is waited for more of it. */
const gatherMs = 100

/** Tells notices as lines of text, those of one message that come together as one. */
export function gathered(tell: (text: string) => void): Notify {
  const waiting = new Map<string, Notice[]>()
  const tellAll = () => {
    for (const notices of waiting.values()) tell(textOf(notices))
    waiting.clear()
  }
  return notice => {
    if (waiting.size === 0) setTimeout(tellAll, gatherMs).unref()
    waiting.getOrInsertComputed(notice.message, () => []).push(notice)
  }
}

function textOf(notices: readonly Notice[]): string {
  if (notices.length === 1) return noticeText(notices[0])
  const byTopic = new Map<string, Set<number>>()
  for (const { topic = '', partition } of notices) {
    const partitions = byTopic.getOrInsertComputed(topic, () => new Set())
    if (partition !== undefined) partitions.add(partition)
  }
  const places = [...byTopic]
    .filter(([topic]) => topic !== '')
    .map(([topic, partitions]) => placeText(topic, partitions))
  const [{ message }] = notices
  return places.length === 0 ? message : `${message} (${places.join('; ')})`
}

function placeText(topic: string, partitions: ReadonlySet<number>): string {
  const numbers = [...partitions].toSorted((a, b) => a - b)
  if (numbers.length === 0) return `topic ${topic}`
  return `topic ${topic}, ${numbers.length === 1 ? 'partition' : 'partitions'} ${numbers.join(', ')}`
}
