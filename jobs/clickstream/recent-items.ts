import type { Stream } from '../../engine/index.ts'
import { array, int, long, timestamp, vector } from '../../engine/index.ts'
import { process } from '../../operators/index.ts'
import { recentItems } from './models.ts'

interface Bought {
  readonly ts: number
  readonly user: number
  readonly item: number
}

/** A row with each purchase: what its user has bought last, the newest first. */
export function withRecentItems<T extends Bought>(bought: Stream<T>) {
  return bought.pipe(
    process(
      'recent-items',
      {
        by: 'user',
        state: { items: array(int()) },
        output: { user: long(), ts: timestamp(), recent: vector(recentItems) },
      },
      {
        onRow({ ts, user, item }, { state, emit }) {
          state.items = [item, ...state.items.filter(other => other !== item)].slice(0, recentItems)
          const recent = new Float32Array(recentItems).fill(-1)
          recent.set(state.items)
          emit({ user, ts, recent })
        },
      },
    ),
  )
}
