import type { AuditEntry } from '../../engine/audit/audit-entry.ts'
import { HeadraceError } from '../../engine/errors.ts'
import type { PartitionSource } from '../../engine/home.ts'
import { RecordFeed } from '../../engine/io/record-feed.ts'
import type { AuditSums } from './audit-sums.ts'

const decoder = new TextDecoder()

/** Adds up what is in a partition of an audit, up to an offset. */
export async function readAudit(
  source: PartitionSource,
  topic: string,
  end: number,
  sums: AuditSums,
): Promise<void> {
  await eachRecord(source, topic, { from: source.startOffset(), until: end }, ({ spans }) => {
    const { bytes, valueStart, valueEnd, offset, count } = spans
    for (let row = 0; row < count; row++) {
      const text = decoder.decode(bytes.subarray(valueStart[row], valueEnd[row]))
      sums.add(entryFrom(text, topic, offset[row]))
    }
  })
}

/** How many records there are between two offsets. */
export async function countRecords(
  source: PartitionSource,
  topic: string,
  range: { readonly from: number; readonly until: number },
): Promise<number> {
  let records = 0
  await eachRecord(source, topic, range, ({ spans }) => {
    records += spans.count
  })
  return records
}

async function eachRecord(
  source: PartitionSource,
  topic: string,
  { from, until }: { readonly from: number; readonly until: number },
  take: (feed: RecordFeed) => void,
): Promise<void> {
  const { signal } = new AbortController()
  const feed = new RecordFeed(source, topic, 0)
  feed.until = until
  feed.seek(from)
  while (feed.position < until) {
    if (await feed.fill()) take(feed)
    else if (feed.position < until) await source.changed(signal)
  }
}

function entryFrom(text: string, topic: string, offset: number): AuditEntry {
  try {
    const entry = JSON.parse(text) as AuditEntry
    if (Array.isArray(entry.inputs) && Array.isArray(entry.steps) && Array.isArray(entry.windows))
      return entry
  } catch (cause) {
    throw new HeadraceError('HR_AUDIT_DAMAGED', 'it is no JSON', { topic, offset, cause })
  }
  throw new HeadraceError('HR_AUDIT_DAMAGED', 'it is no entry of an audit', { topic, offset })
}
