import { Layout } from './layout.ts'
import type { TaskId } from './task-set.ts'
import { byStageAndPartition, keyOf } from './task-set.ts'

/** A member of the group, and what it brings. */
export interface Candidate {
  readonly memberId: string
  /** Who has twice as much gets twice as many tasks. */
  readonly capacity: number
  /** Which assignment `owned` is of: the newer one counts, where two own the same. */
  readonly generation: number
  readonly owned: readonly TaskId[]
  /** It can be given no others. */
  readonly known: readonly TaskId[]
}

interface Known {
  readonly task: TaskId
  readonly knownBy: Set<number>
  home: number | undefined
}

/**
 * Who is to do what: every task that somebody knows is given to one who knows it. Tasks are spread by capacity, in
 * all and in each stage, and stay where they are unless that demands a move. The same candidates in any order give
 * the same answer.
 */
export function assignTasks(candidates: readonly Candidate[]): Map<string, TaskId[]> {
  const members = candidates.toSorted((a, b) => (a.memberId < b.memberId ? -1 : 1))
  const layout = new Layout(members.map(({ capacity }) => capacity))
  const tasks = tasksOf(members)
  for (const piece of tasks.filter(({ home }) => home !== undefined)) layout.put(piece)
  for (const piece of tasks.filter(({ home }) => home === undefined)) layout.put(piece)
  while (layout.improve());
  return new Map(
    members.map(({ memberId }, index) => [memberId, layout.tasksOf(index).toSorted(byStageAndPartition)]),
  )
}

function tasksOf(members: readonly Candidate[]): Known[] {
  const tasks = new Map<string, Known>()
  for (const [index, { known }] of members.entries()) {
    for (const task of known) {
      const entry = tasks.get(keyOf(task)) ?? { task, knownBy: new Set(), home: undefined }
      entry.knownBy.add(index)
      tasks.set(keyOf(task), entry)
    }
  }
  for (const [index, { owned, generation }] of members.entries()) {
    for (const entry of owned.map(task => tasks.get(keyOf(task)))) {
      if (!entry?.knownBy.has(index)) continue
      if (entry.home === undefined || members[entry.home].generation < generation) entry.home = index
    }
  }
  return [...tasks.values()].toSorted((a, b) => byStageAndPartition(a.task, b.task))
}
