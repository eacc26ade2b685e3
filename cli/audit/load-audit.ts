import type { AuditSums, InputSum } from '../../backtest/audit/audit-sums.ts'
import type { SourceCounts } from '../../backtest/audit/balance.ts'
import { countRecords, readAudit } from '../../backtest/audit/read-audit.ts'
import { auditTopic } from '../../engine/audit/audit-entry.ts'
import { HeadraceError } from '../../engine/errors.ts'
import type { Place } from '../place/place.ts'

/** Adds up the audit that a place has of a job. */
export async function loadAudit(place: Place, job: string, sums: AuditSums): Promise<AuditSums> {
  const topic = auditTopic(job)
  if ((await place.partitions(topic)) === undefined) {
    const message = `there is no audit of the job in ${place.where}: run it with --audit`
    throw new HeadraceError('HR_TOPIC_UNKNOWN', message, { job, topic })
  }
  const [end] = await place.offsets(topic, 'latest')
  const source = await place.openSource(topic, 0)
  try {
    await readAudit(source, topic, end, sums)
  } finally {
    source.close()
  }
  return sums
}

/** Counts the records of the sources between the offsets that the job has read, as far as they are there. */
export async function countSources(place: Place, { inputs }: AuditSums): Promise<SourceCounts> {
  const counts = new Map<InputSum, number | null>()
  for (const input of inputs.values()) {
    counts.set(input, input.isBetween ? null : await countSource(place, input))
  }
  return counts
}

async function countSource(place: Place, { topic, partition, offsets }: InputSum): Promise<number | null> {
  if (((await place.partitions(topic)) ?? 0) <= partition) return null
  const [first, last] = [await place.offsets(topic, 'earliest'), await place.offsets(topic, 'latest')]
  let records = 0
  for (const stretch of offsets.merged) {
    if (stretch.from < first[partition] || stretch.until > last[partition]) return null
    const source = await place.openSource(topic, partition)
    try {
      records += await countRecords(source, topic, stretch)
    } finally {
      source.close()
    }
  }
  return records
}
