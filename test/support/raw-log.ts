import { RecordBatchBuilder } from '../../engine/codec/record/write.ts'
import type { Job } from '../../engine/index.ts'
import { testJob } from '../../testing/index.ts'
import type { TestJob } from '../../testing/test-job.ts'

/** A record as its producer wrote it. */
export interface RawRecord {
  readonly value: string | Uint8Array | null
  readonly key?: string | null
  readonly timestamp?: number
}

export function rawBatch(records: readonly RawRecord[]): Uint8Array {
  const builder = new RecordBatchBuilder()
  const bytes = (of: string | Uint8Array | null) => (typeof of === 'string' ? Buffer.from(of) : of)
  for (const { value, key = null, timestamp = 0 } of records) {
    builder.append(timestamp, bytes(key), bytes(value))
  }
  return builder.build()
}

/** How records come to a job: so many in a batch, and whether it is stopped and restored behind them. */
export interface Cut {
  readonly size: number
  readonly restart: boolean
}

/** A job that has read these records, cut into batches so. */
export function runRaw(
  job: Job,
  topic: string,
  records: readonly RawRecord[],
  cuts: readonly Cut[],
): TestJob {
  const driver = testJob(job)
  let at = 0
  for (const { size, restart } of cuts) {
    if (at >= records.length) break
    driver.pushRaw(topic, 0, rawBatch(records.slice(at, at + size)))
    if (restart) driver.restart()
    at += size
  }
  if (at < records.length) driver.pushRaw(topic, 0, rawBatch(records.slice(at)))
  return driver
}
