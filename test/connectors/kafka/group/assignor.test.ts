import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Candidate } from '../../../../connectors/kafka/group/assignor.ts'
import { assignTasks } from '../../../../connectors/kafka/group/assignor.ts'
import type { TaskId } from '../../../../connectors/kafka/group/task-set.ts'
import { keyOf } from '../../../../connectors/kafka/group/task-set.ts'
import { assertProperty } from '../../../support/property.ts'

interface Bounds {
  readonly members: number
  readonly stages: number
  readonly partitions: number
  readonly capacity: number
}

const small: Bounds = { members: 6, stages: 3, partitions: 12, capacity: 1 }

function stageOf(stage: number, partitions: number): TaskId[] {
  return Array.from({ length: partitions }, (_, partition) => ({ stage, partition }))
}

/** Members that know the same tasks, and own some of them; two may own the same one. */
function candidates(bounds: Partial<Bounds> = {}): fc.Arbitrary<Candidate[]> {
  const { members, stages, partitions, capacity } = { ...small, ...bounds }
  const sizes = fc.array(fc.nat({ max: partitions }), { minLength: 1, maxLength: stages })
  return sizes.chain(counts => {
    const known = counts.flatMap((count, stage) => stageOf(stage, count))
    const member = fc.record({
      capacity: fc.integer({ min: 1, max: capacity }),
      generation: fc.nat({ max: 3 }),
      owned: fc.subarray(known),
    })
    return fc
      .array(member, { minLength: 1, maxLength: members })
      .map(list => list.map((one, index) => ({ ...one, memberId: `m${index}`, known })))
  })
}

/** Who owns what, where the newer generation counts; of equal ones, the first by name. */
function homesOf(list: readonly Candidate[]): Map<string, string> {
  const homes = new Map<string, string>()
  const sorted = list.toSorted((a, b) => b.generation - a.generation || a.memberId.localeCompare(b.memberId))
  for (const { memberId, owned } of sorted) {
    for (const key of owned.map(keyOf)) if (!homes.has(key)) homes.set(key, memberId)
  }
  return homes
}

function namesOf(assigned: ReadonlyMap<string, readonly TaskId[]>): Record<string, string[]> {
  return Object.fromEntries([...assigned].map(([member, tasks]) => [member, tasks.map(keyOf)]))
}

function spreadOf(counts: readonly number[]): number {
  return Math.max(...counts) - Math.min(...counts)
}

function movesOf(
  assigned: ReadonlyMap<string, readonly TaskId[]>,
  homes: ReadonlyMap<string, string>,
): number {
  const entries = [...assigned].flatMap(([member, tasks]) =>
    tasks.map(task => [keyOf(task), member] as const),
  )
  return entries.filter(([key, member]) => homes.has(key) && homes.get(key) !== member).length
}

test('every task that somebody knows is given to exactly one who knows it', async () => {
  const partly = candidates({ capacity: 3 }).chain(list =>
    fc.tuple(...list.map(one => fc.subarray([...one.known]).map(known => ({ ...one, known })))),
  )
  await assertProperty(
    fc.property(partly, list => {
      const assigned = assignTasks(list)
      assert.deepEqual([...assigned.keys()].sort(), list.map(({ memberId }) => memberId).sort())
      const known = new Set(list.flatMap(one => one.known.map(keyOf)))
      assert.deepEqual([...assigned.values()].flat().map(keyOf).sort(), [...known].sort())
      for (const one of list) {
        const own = new Set(one.known.map(keyOf))
        assert.ok(assigned.get(one.memberId)?.every(task => own.has(keyOf(task))))
      }
    }),
  )
})

test('equal members have the same number of tasks, in all and in each stage, give or take one', async () => {
  await assertProperty(
    fc.property(candidates(), list => {
      const shares = [...assignTasks(list).values()]
      assert.ok(spreadOf(shares.map(({ length }) => length)) <= 1)
      for (const stage of [0, 1, 2]) {
        assert.ok(spreadOf(shares.map(tasks => tasks.filter(task => task.stage === stage).length)) <= 1)
      }
    }),
  )
})

test('members have tasks by their capacity', async () => {
  await assertProperty(
    fc.property(candidates({ capacity: 5 }), list => {
      const fair = list.map(() => 0)
      // Sainte-Lague: each goes to who has least for what it can do.
      for (const _ of list[0].known) {
        const quotients = fair.map((count, index) => (2 * count + 1) / list[index].capacity)
        fair[quotients.indexOf(Math.min(...quotients))] += 1
      }
      const assigned = assignTasks(list)
      const cost = (counts: readonly number[]) =>
        counts.reduce((sum, count, index) => sum + count ** 2 / list[index].capacity, 0)
      const counts = list.map(({ memberId }) => assigned.get(memberId)?.length ?? 0)
      assert.ok(Math.abs(cost(counts) - cost(fair)) < 1e-9, `${counts} where ${fair} is fair`)
    }),
  )
})

test('of a single stage, no more tasks move than balance demands', async () => {
  await assertProperty(
    fc.property(candidates({ stages: 1, partitions: 30 }), list => {
      const homes = homesOf(list)
      const owned = list.map(({ memberId }) => [...homes.values()].filter(home => home === memberId).length)
      const [base, rest] = [
        Math.floor(list[0].known.length / list.length),
        list[0].known.length % list.length,
      ]
      const kept = owned.reduce((sum, count) => sum + Math.min(count, base), 0)
      const keptMore = Math.min(rest, owned.filter(count => count > base).length)
      assert.equal(movesOf(assignTasks(list), homes), homes.size - kept - keptMore)
    }),
  )
})

test('small groups are assigned as well as trying everything could do', async () => {
  const equal = candidates({ members: 3, partitions: 2 })
  const unequal = candidates({ members: 2, partitions: 3, capacity: 3 })
  await assertProperty(
    fc.property(fc.oneof(equal, unequal), list => {
      const homes = homesOf(list)
      const scores = everyAssignment(list).map(assigned => scoreOf(assigned, list, homes))
      const best = scores.reduce((a, b) => (compareScores(a, b) <= 0 ? a : b))
      const ours = scoreOf(assignTasks(list), list, homes)
      assert.ok(compareScores(ours, best) <= 0, `${ours} where ${best} is possible`)
    }),
  )
})

test('an assignment is final: nothing moves when the same members are asked again, in any order', async () => {
  const shuffled = candidates({ capacity: 3 }).chain(list =>
    fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
  )
  await assertProperty(
    fc.property(shuffled, ([list, reordered]) => {
      const assigned = assignTasks(list)
      assert.deepEqual(namesOf(assignTasks(reordered)), namesOf(assigned))
      const later = reordered.map(one => ({ ...one, generation: 4, owned: assigned.get(one.memberId) ?? [] }))
      assert.deepEqual(namesOf(assignTasks(later)), namesOf(assigned))
    }),
  )
})

test('a member that comes takes its share, and who stays keeps the rest', () => {
  const known = [...stageOf(0, 4), ...stageOf(1, 4)]
  const first = { memberId: 'a', capacity: 1, generation: 1, owned: known, known }
  const second = { memberId: 'b', capacity: 1, generation: -1, owned: [], known }
  const half = assignTasks([first, second])
  assert.deepEqual(namesOf(half), { a: ['0-0', '0-1', '1-0', '1-1'], b: ['0-2', '0-3', '1-2', '1-3'] })
  const third = { memberId: 'c', capacity: 2, generation: -1, owned: [], known }
  const owners = [first, second].map(one => ({ ...one, generation: 2, owned: half.get(one.memberId) ?? [] }))
  const quarter = namesOf(assignTasks([...owners, third]))
  assert.deepEqual(
    Object.values(quarter).map(({ length }) => length),
    [2, 2, 4],
  )
  assert.ok(quarter.a.every(name => half.get('a')?.map(keyOf).includes(name)))
  assert.ok(quarter.b.every(name => half.get('b')?.map(keyOf).includes(name)))
})

test('of two that claim a task, the one of the newer generation keeps it', () => {
  const known = stageOf(0, 2)
  const stale = { memberId: 'a', capacity: 1, generation: 3, owned: known, known }
  const owner = { memberId: 'b', capacity: 1, generation: 4, owned: [known[0]], known }
  assert.deepEqual(namesOf(assignTasks([stale, owner])), { a: ['0-1'], b: ['0-0'] })
})

test('tasks that only one member knows go to it, and the others make up for them', () => {
  const [known, more] = [stageOf(0, 4), stageOf(0, 8)]
  const ahead = { memberId: 'a', capacity: 1, generation: 1, owned: known, known: more }
  const behind = { memberId: 'b', capacity: 1, generation: -1, owned: [], known }
  assert.deepEqual(namesOf(assignTasks([ahead, behind])), {
    a: ['0-4', '0-5', '0-6', '0-7'],
    b: ['0-0', '0-1', '0-2', '0-3'],
  })
})

type Score = readonly [total: number, stages: number, moves: number]

function scoreOf(
  assigned: ReadonlyMap<string, readonly TaskId[]>,
  list: readonly Candidate[],
  homes: ReadonlyMap<string, string>,
): Score {
  let [total, stages] = [0, 0]
  for (const { memberId, capacity } of list) {
    const tasks = assigned.get(memberId) ?? []
    total += tasks.length ** 2 / capacity
    for (const stage of [0, 1, 2]) stages += tasks.filter(task => task.stage === stage).length ** 2 / capacity
  }
  return [total, stages, movesOf(assigned, homes)]
}

function compareScores(a: Score, b: Score): number {
  const index = a.findIndex((value, at) => Math.abs(value - b[at]) > 1e-9)
  return index < 0 ? 0 : a[index] - b[index]
}

function everyAssignment(list: readonly Candidate[]): Map<string, TaskId[]>[] {
  const all = list[0].known.reduce<TaskId[][][]>(
    (partial, task) =>
      partial.flatMap(shares =>
        shares.map((_, at) => shares.map((own, k) => (k === at ? [...own, task] : own))),
      ),
    [list.map(() => [])],
  )
  return all.map(shares => new Map(list.map(({ memberId }, index) => [memberId, shares[index]])))
}
