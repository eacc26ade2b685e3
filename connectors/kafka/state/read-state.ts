import type { RecordSpans } from '../../../engine/codec/record/scan.ts'
import { HeadraceError, isHeadraceError } from '../../../engine/errors.ts'
import type { PartitionSource } from '../../../engine/home.ts'
import { RecordFeed } from '../../../engine/io/record-feed.ts'
import { limits } from '../../../engine/limits.ts'
import type { TopicPartition } from '../protocol/by-topic.ts'
import type { Isolation } from '../protocol/list-offsets.ts'
import type { Fetchers } from '../source/fetchers.ts'
import type { KafkaSource } from '../source/source.ts'
import { openKafkaSource } from '../source/source.ts'
import { StateChain } from './state-chain.ts'
import { readChunkKey } from './state-chunk.ts'

const none = new Uint8Array(0)

/**
 * Reads a partition of a state topic: with 'all' to its end, so that the outcome of transactions that have not ended
 * is waited for; who only looks does not have to.
 */
export async function readState(
  fetchers: Fetchers,
  place: TopicPartition,
  end: Isolation,
): Promise<StateChain> {
  const { topic, partition } = place
  const options = { startFrom: 'earliest', onLostPosition: 'fail', end, notify: () => {} } as const
  for (let attempt = 1; ; attempt++) {
    const source = await openKafkaSource(fetchers, topic, partition, options)
    try {
      return whole(await readToEnd(source, place), place)
    } catch (error) {
      // Whoever had the task may still be deleting what is before his last snapshot. What is there now is read anew.
      if (!isHeadraceError(error, 'HR_POSITION_LOST') || attempt === limits.stateReads) throw error
    } finally {
      source.close()
    }
  }
}

async function readToEnd(source: KafkaSource, place: TopicPartition): Promise<StateChain> {
  const chain = new StateChain()
  const feed = new RecordFeed(source, place.topic, place.partition)
  feed.seek(source.startOffset())
  const end = await source.freshEnd()
  while (feed.position < end) {
    if (await feed.fill()) addRecords(feed.spans, chain, place)
    else if (feed.position < end) await more(source, place, feed.position, end)
  }
  return chain
}

async function more(source: PartitionSource, place: TopicPartition, offset: number, end: number) {
  const patience = AbortSignal.timeout(limits.kafkaRetryMs)
  await source.changed(patience)
  if (!patience.aborted) return
  const message = `the log reached to ${end}, and nothing more comes: records were lost, or their transaction does not end`
  throw new HeadraceError('HR_POSITION_LOST', message, { ...place, offset })
}

/** State that seems to be none would have the task begin anew, and nobody would know. */
function whole(chain: StateChain, place: TopicPartition): StateChain {
  if (chain.tip !== null || !chain.lacksBeginning) return chain
  const message =
    'there are checkpoints, and what they were made after is not there: records of the state topic were deleted by another than us. Begin anew with `headrace reset`'
  throw new HeadraceError('HR_STATE_CORRUPT', message, place)
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
