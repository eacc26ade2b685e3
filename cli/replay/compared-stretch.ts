import type { RecordTimes } from '../../backtest/diff/side.ts'
import type { Manifest } from '../../backtest/manifest.ts'
import { readManifest } from '../../backtest/manifest.ts'
import type { Plan } from '../../engine/graph/plan.ts'
import { sinksOf } from '../../engine/graph/plan.ts'
import { RecordFeed } from '../../engine/io/record-feed.ts'
import type { Place } from '../place/place.ts'
import { reachedIn } from './reached.ts'
import { reachedBefore } from './warmup-memory.ts'

export interface Outputs {
  /** The data directory of a replay, and what is in it. */
  readonly dir: string
  readonly results: Place
  readonly manifest: Manifest
  readonly planned: Plan
}

/**
 * The stretch of a replay in the time that records of outputs bear, if it is compared with a run that went further:
 * from the latest time that was reached when it began, up to what it has passed for good. In between are records that
 * both have to have; around it those that only one side could give.
 */
export async function comparedStretch(
  replay: Outputs,
  other: Place,
  otherDir: string | undefined,
): Promise<RecordTimes> {
  const { dir, manifest } = replay
  const same = otherDir === undefined ? undefined : readManifest(otherDir)
  const isSame = JSON.stringify(same?.stretches) === JSON.stringify(manifest.stretches)
  return {
    from: isSame ? Number.NEGATIVE_INFINITY : await beginOf(replay),
    until:
      isSame || (await endsHere(manifest, other))
        ? Number.POSITIVE_INFINITY
        : reachedIn(dir, manifest.job).passed,
  }
}

async function beginOf({ results, dir, manifest, planned }: Outputs): Promise<number> {
  const reached = reachedBefore(dir)
  if (reached !== undefined) return reached
  const parts = Object.values(manifest.stretches).flat()
  if (parts.every(({ from }) => from === 0)) return Number.NEGATIVE_INFINITY
  // Nothing that was read has come before the first result by more than it may be late.
  const { stages } = planned
  const lateness = stages.flatMap(({ inputs }) => inputs.map(({ source }) => source.latenessMs))
  let first = Number.POSITIVE_INFINITY
  for (const { topic } of sinksOf(planned)) first = Math.min(first, await firstTime(results, topic.name))
  return Number.isFinite(first) ? first + Math.max(...lateness) : Number.NEGATIVE_INFINITY
}

/** Whether the other has read no further. */
async function endsHere({ job, stretches }: Manifest, other: Place): Promise<boolean> {
  const positions = await other.positions(job)
  return positions.every(({ topic, partition, offset }) => {
    const until = stretches[topic]?.[partition]?.until
    return until === undefined || offset <= until
  })
}

/** The earliest time that the first records of a topic's partitions bear. */
async function firstTime(place: Place, topic: string): Promise<number> {
  let first = Number.POSITIVE_INFINITY
  for (let partition = 0; partition < ((await place.partitions(topic)) ?? 0); partition++) {
    const source = await place.openSource(topic, partition)
    try {
      const feed = new RecordFeed(source, topic, partition)
      feed.seek(source.startOffset())
      if (await feed.fill()) first = Math.min(first, feed.spans.timestamp[0])
    } finally {
      source.close()
    }
  }
  return first
}
