import type { RecordSpans } from '../../../engine/codec/record/scan.ts'
import { RecordBatchBuilder } from '../../../engine/codec/record/write.ts'
import type { ErrorPlace } from '../../../engine/errors.ts'
import { HeadraceError } from '../../../engine/errors.ts'
import type { PartitionSource, TaskMark } from '../../../engine/home.ts'
import { RecordFeed } from '../../../engine/io/record-feed.ts'
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

/** All that a partition of the marks topic has. */
export async function readMarks(
  source: PartitionSource,
  topic: string,
  partition: number,
): Promise<TaskMark[]> {
  const marks: TaskMark[] = []
  const feed = new RecordFeed(source, topic, partition)
  feed.seek(source.startOffset())
  const end = (await source.freshEnd?.()) ?? source.endOffset()
  while (feed.position < end) {
    if (await feed.fill()) addMarks(feed.spans, marks)
    else if (feed.position < end) await more(source, { topic, partition, offset: feed.position })
  }
  return marks
}

async function more(source: PartitionSource, place: ErrorPlace): Promise<void> {
  const patience = AbortSignal.timeout(limits.kafkaRetryMs)
  await source.changed(patience)
  if (patience.aborted)
    throw new HeadraceError('HR_POSITION_LOST', 'the rest of the marks does not come', place)
}

function addMarks({ bytes, valueStart, valueEnd, count }: RecordSpans, marks: TaskMark[]): void {
  for (let row = 0; row < count; row++) {
    marks.push(...JSON.parse(Buffer.from(bytes.subarray(valueStart[row], valueEnd[row])).toString()))
  }
}
