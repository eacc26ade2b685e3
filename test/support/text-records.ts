import { RecordBatchBuilder } from '../../engine/codec/record-write.ts'
import type { PartitionSource } from '../../engine/home.ts'
import { readBatch } from './record-batches.ts'

/** A record batch with these values. */
export function batchOfTexts(texts: readonly string[]): Uint8Array {
  const builder = new RecordBatchBuilder()
  for (const text of texts) builder.append(1000, null, Buffer.from(text))
  return builder.build()
}

/** Everything there is to read now, as `offset value`. */
export async function readTexts(source: PartitionSource): Promise<string[]> {
  const found: string[] = []
  for (let chunk = await source.poll(); chunk !== null; chunk = await source.poll()) {
    for (let at = chunk.start; at < chunk.end; ) {
      const { header, records } = readBatch(chunk.bytes, at)
      found.push(...records.map(({ offset, value }) => `${offset} ${value}`))
      at += header.batchLength
    }
  }
  return found
}
