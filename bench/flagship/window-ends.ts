import { partitionOf } from '../../engine/codec/murmur2.ts'
import { sourceSpec } from '../../engine/topic.ts'
import { clicks } from '../../jobs/clickstream/topics.ts'
import { PARTITIONS } from '../events.ts'

/** When the event was sent that brought an input of a partition past the end of a window. */
export interface Closing {
  readonly partition: number
  readonly windowEnd: number
  readonly sent: number
}

export const WINDOW_MS = 10_000
export const { latenessMs } = sourceSpec(clicks, false, {})
/** Clicks and purchases. */
const INPUTS = 2

/** Notes with which events windows can be closed: the newest of a partition says how far its event time is. */
export class WindowEnds {
  readonly closings: Closing[] = []
  private readonly next = new Map<string, Float64Array>()
  private readonly partitions: number[] = []

  note(topic: string, events: readonly { readonly user: number; readonly ts: number }[], sent: number): void {
    let next = this.next.get(topic)
    if (next === undefined) this.next.set(topic, (next = new Float64Array(PARTITIONS)))
    for (const { user, ts } of events) {
      const partition = this.partitionFor(user)
      const reached = ts - latenessMs
      if (next[partition] === 0) next[partition] = Math.ceil(reached / WINDOW_MS) * WINDOW_MS
      if (reached < next[partition]) continue
      this.closings.push({ partition, windowEnd: next[partition], sent })
      next[partition] += WINDOW_MS
    }
  }

  private partitionFor(user: number): number {
    this.partitions[user] ??= partitionOfUser(user)
    return this.partitions[user]
  }
}

/** As records with this key are spread. */
export function partitionOfUser(user: number): number {
  const key = Buffer.from(String(user))
  return partitionOf(key, 0, key.length, PARTITIONS)
}

/** When a window of a partition could be closed: all its inputs are past its end then. */
export function closableAt(closings: readonly Closing[], partition: number, windowEnd: number): number {
  const of = closings.filter(one => one.partition === partition && one.windowEnd === windowEnd)
  return of.length < INPUTS ? Number.NaN : Math.max(...of.map(({ sent }) => sent))
}
