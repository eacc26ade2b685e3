import type { RecordSpans } from '../../engine/codec/record/scan.ts'
import { RecordBatchBuilder } from '../../engine/codec/record/write.ts'

/** The mark that ends a producer's transaction in a partition. */
export interface ControlMark {
  readonly timestamp: number
  readonly producerId: number
  readonly producerEpoch: number
  readonly coordinatorEpoch?: number
  readonly baseOffset?: number
}

export function controlBatch(type: 'commit' | 'abort', mark: ControlMark): Uint8Array {
  const key = Buffer.alloc(4)
  key.writeInt16BE(type === 'commit' ? 1 : 0, 2)
  const value = Buffer.alloc(6)
  value.writeInt32BE(mark.coordinatorEpoch ?? 0, 2)
  const builder = new RecordBatchBuilder(128)
  builder.append(mark.timestamp, key, value)
  return builder.build({ ...mark, isTransactional: true, isControl: true })
}

/** What a control record says. Kafka has others than the two, for its own use: they are to be skipped. */
export function readControlType(spans: RecordSpans, row: number): 'commit' | 'abort' | 'other' {
  const start = spans.keyStart[row]
  if (start < 0 || spans.keyEnd[row] - start < 4) return 'other'
  const type = (spans.bytes[start + 2] << 8) | spans.bytes[start + 3]
  if (type === 1) return 'commit'
  return type === 0 ? 'abort' : 'other'
}
