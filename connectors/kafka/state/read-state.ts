import type { RecordSpans } from '../../../engine/codec/record/scan.ts'
import { isHeadraceError } from '../../../engine/errors.ts'
import type { PartitionSource } from '../../../engine/home.ts'
import { RecordFeed } from '../../../engine/io/record-feed.ts'
import type { TopicPartition } from '../protocol/by-topic.ts'
import { StateChain } from './state-chain.ts'
import { readChunkKey } from './state-chunk.ts'

const none = new Uint8Array(0)

/** Reads a partition of a state topic, from a source just opened, to the end that it had then. */
export async function readState(source: PartitionSource, place: TopicPartition): Promise<StateChain> {
  const { signal } = new AbortController()
  const chain = new StateChain()
  const feed = new RecordFeed(source, place.topic, place.partition)
  feed.seek(source.startOffset())
  const end = source.endOffset()
  while (feed.position < end) {
    if (await feed.fill()) addRecords(feed.spans, chain, place)
    else if (feed.position < end) await source.changed(signal)
  }
  return chain
}

function addRecords(spans: RecordSpans, chain: StateChain, place: TopicPartition): void {
  const { bytes, keyStart, keyEnd, valueStart, valueEnd, offset } = spans
  try {
    for (let row = 0; row < spans.count; row++) {
      const key = keyStart[row] < 0 ? null : bytes.subarray(keyStart[row], keyEnd[row])
      const value = valueStart[row] < 0 ? none : bytes.subarray(valueStart[row], valueEnd[row])
      chain.add(readChunkKey(key, offset[row]), value, offset[row])
    }
  } catch (error) {
    throw isHeadraceError(error) ? error.within(place) : error
  }
}
