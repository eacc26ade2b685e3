import { RecordBatchBuilder } from '../../../engine/codec/record/write.ts'
import type { TaskMark } from '../../../engine/home.ts'
import { limits } from '../../../engine/limits.ts'

/** A task's marks as record batches of the job's marks topic: the key is the task, the value some of its marks as JSON. */
export function* markBatches(
  marks: readonly TaskMark[],
  timestamp: number,
): Generator<Uint8Array, void, undefined> {
  for (let at = 0; at < marks.length; at += limits.marksPerRecord) {
    const some = marks.slice(at, at + limits.marksPerRecord)
    const builder = new RecordBatchBuilder(1 << 10)
    builder.append(timestamp, Buffer.from(some[0].task), Buffer.from(JSON.stringify(some)))
    yield builder.build()
  }
}
