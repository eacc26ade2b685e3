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
