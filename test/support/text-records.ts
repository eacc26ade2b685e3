import { BATCH_HEADER_BYTES, checkBatch, readBatchHeader } from '../../engine/codec/record/batch.ts'
import { RecordSpans, scanRecords } from '../../engine/codec/record/scan.ts'
import { RecordBatchBuilder } from '../../engine/codec/record/write.ts'
import type { PartitionSource } from '../../engine/home.ts'
import { plainRecords } from './record-batches.ts'

/** A record batch with these values. */
export function batchOfTexts(texts: readonly string[]): Uint8Array {
  const builder = new RecordBatchBuilder(1 << 10)
  for (const text of texts) builder.append(1000, null, Buffer.from(text))
  return builder.build()
}

const spans = new RecordSpans()

/** Everything there is to read now, as `offset value`. */
export async function readTexts(source: PartitionSource): Promise<string[]> {
  const found: string[] = []
  for (let chunk = await source.poll(); chunk !== null; chunk = await source.poll()) {
    for (let at = chunk.start; at < chunk.end; ) {
      const header = readBatchHeader(chunk.bytes, at)
      const end = at + header.batchLength
      checkBatch(chunk.bytes, header)
      spans.clear()
      scanRecords(chunk.bytes, header, at + BATCH_HEADER_BYTES, end, 0, spans)
      found.push(...plainRecords(spans).map(({ offset, value }) => `${offset} ${value}`))
      at = end
    }
  }
  return found
}
