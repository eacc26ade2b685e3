import type { RecordTimes } from '../../backtest/diff/side.ts'
import type { Manifest } from '../../backtest/manifest.ts'
import { readManifest } from '../../backtest/manifest.ts'
import { RecordFeed } from '../../engine/io/record-feed.ts'
import type { Place } from '../place/place.ts'
import { reachedIn } from './reached.ts'
import { reachedBefore } from './warmup-memory.ts'

export interface Outputs {
  /** Where the replay has read. */
  readonly history: Place
  /** Where its results are. */
  readonly dir: string
  readonly manifest: Manifest
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

async function beginOf({ history, dir, manifest }: Outputs): Promise<number> {
  const reached = reachedBefore(dir)
  if (reached !== undefined) return reached
  const stretches = Object.entries(manifest.stretches)
  if (stretches.every(([, parts]) => parts.every(({ from }) => from === 0))) return Number.NEGATIVE_INFINITY
  let latest = Number.NEGATIVE_INFINITY
  for (const [topic, parts] of stretches) {
    for (const [partition, { from, until }] of parts.entries()) {
      if (from < until) latest = Math.max(latest, await timeAt(history, topic, partition, from, until))
    }
  }
  return latest
}

/** Whether the other has read no further. */
async function endsHere({ job, stretches }: Manifest, other: Place): Promise<boolean> {
  const positions = await other.positions(job)
  return positions.every(({ topic, partition, offset }) => {
    const until = stretches[topic]?.[partition]?.until
    return until === undefined || offset <= until
  })
}

/** The time of the first record of a stretch; none where only marks of transactions are left of it. */
async function timeAt(
  history: Place,
  topic: string,
  partition: number,
  from: number,
  until: number,
): Promise<number> {
  const source = await history.openSource(topic, partition)
  try {
    const feed = new RecordFeed(source, topic, partition)
    feed.until = until
    feed.seek(from)
    while (!(await feed.fill()) && feed.position < until) await source.changed(new AbortController().signal)
    return feed.spans.count === 0 ? Number.NEGATIVE_INFINITY : feed.spans.timestamp[0]
  } finally {
    source.close()
  }
}
