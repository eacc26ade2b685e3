import type { InputFate, Segment } from './explanation.ts'

/** The records at the ends of all segments, each once, by topic, partition and offset. */
export function recordsBehind(segments: readonly Segment[]): InputFate[] {
  const found = new Map<string, InputFate>()
  let isMaybe = false
  for (const { rows, exact } of segments) {
    isMaybe ||= !exact
    for (const { origin, fate, step } of rows) {
      if (origin.from !== 'record') continue
      const { record } = origin
      const place = `${record.topic}/${record.partition}@${record.offset}`
      const known = found.get(place)
      if (known === undefined || (fate === 'taken' && known.fate !== 'taken')) {
        found.set(place, { ...record, fate, step, isMaybe })
      }
    }
  }
  return [...found.values()].sort(
    (a, b) => a.topic.localeCompare(b.topic) || a.partition - b.partition || a.offset - b.offset,
  )
}
