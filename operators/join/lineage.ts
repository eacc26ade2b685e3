import type { ComputedRow, Lineage, SharedColumns } from '../../engine/lineage.ts'
import { sameNames } from '../../engine/lineage.ts'
import type { KeySpace } from '../../engine/state/keys/key-space.ts'

interface Keys {
  readonly left: KeySpace
  readonly right: KeySpace
}

/** Of a pair: the row of either side, told by all of its columns that the pair has. Its time is the later one of both. */
export function joinLineage(
  keys: Keys,
  leftColumns: readonly string[],
  taken: readonly (readonly [name: string, from: string])[],
  { before, after }: { readonly before: number; readonly after: number },
): Lineage {
  const upTo = (room: number) => (pair: ComputedRow, time: number) =>
    time <= pair.time && time >= pair.time - room
  const left = { key: sameNames(keys.left.names), same: sameNames(leftColumns), within: upTo(after) }
  const same: SharedColumns = taken.map(([name, from]) => [from, name])
  const right = { key: rightKey(keys), same, within: upTo(before) }
  return { inputs: [left, right], exact: true, withCause: true }
}

/** Of a row with columns of a table: the row itself, and what the table had for its key at its time. */
export function tableJoinLineage(keys: Keys, streamColumns: readonly string[]): Lineage {
  const stream = {
    key: sameNames(keys.left.names),
    same: sameNames(streamColumns),
    within: (joined: ComputedRow, time: number) => time === joined.time,
  }
  const table = {
    key: rightKey(keys),
    within: (joined: ComputedRow, time: number) => time <= joined.time,
    newest: { rows: 1, by: 'time' },
  } as const
  return { inputs: [stream, table], exact: true, withCause: true }
}

function rightKey({ left, right }: Keys): SharedColumns {
  return right.names.map((name, k) => [name, left.names[k]])
}
