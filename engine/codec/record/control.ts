import type { RecordSpans } from './scan.ts'

/** What a control record says. Kafka has others than the two, for its own use: they are to be skipped. */
export function readControlType(spans: RecordSpans, row: number): 'commit' | 'abort' | 'other' {
  const start = spans.keyStart[row]
  if (start < 0 || spans.keyEnd[row] - start < 4) return 'other'
  const type = (spans.bytes[start + 2] << 8) | spans.bytes[start + 3]
  if (type === 1) return 'commit'
  return type === 0 ? 'abort' : 'other'
}
