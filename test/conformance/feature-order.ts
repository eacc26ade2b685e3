import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { features, int, nullable } from '../../engine/index.ts'
import type { FeatureStore } from '../../engine/stores/feature-store.ts'
import type { FeatureView } from '../../engine/stores/feature-view.ts'
import { viewSpec } from '../../engine/stores/feature-view.ts'
import { assertProperty } from '../support/property.ts'
import type { WrittenRow } from '../support/written-rows.ts'
import { ownName, rowsOf, writeRows } from '../support/written-rows.ts'
import type { FeatureHome } from './feature-home.ts'
import { place, schemaOf } from './feature-views.ts'

const users = ['a', 'b', 'c']
const names = ['x', 'y', 'z']
/** Each task writes some fields of its own; they overlap. */
const tasks = [
  ['x', 'y', 'z'],
  ['y', 'z'],
  ['x', 'z'],
]

const written = fc.record({
  user: fc.constantFrom(...users),
  time: fc.integer({ min: 0, max: 6 }),
  x: fc.option(fc.nat(99)),
  y: fc.option(fc.nat(99)),
  z: fc.option(fc.nat(99)),
})

/** What a task does next: writes a batch, commits what it has flushed, or crashes back to its last commit. */
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('write' as const), rows: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('commit' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash' as const), flushed: fc.boolean() }) },
)

const history = fc.record({
  logs: fc.tuple(...tasks.map(() => fc.array(written, { maxLength: 12 }))),
  steps: fc.array(fc.record({ task: fc.nat(tasks.length - 1), step }), { maxLength: 30 }),
})

type History = typeof history extends fc.Arbitrary<infer T> ? T : never

export function testOrder(home: FeatureHome): void {
  testHistories(home)
  testConcurrency(home)
}

function testHistories({ name, factory, histories }: FeatureHome): void {
  test(`${name}: the newest value of each field stands, whatever is replayed after crashes`, async t => {
    const open = factory(t)
    const store = await open()
    const property = fc.asyncProperty(history, async found => {
      const view = orderView()
      const runs = tasks.map((_, task) => new Task(store, view, found.logs[task], task))
      for (const { task, step } of found.steps) await runs[task].do(step)
      for (const run of runs) await run.finish()
      assert.deepEqual(await stored(store, view), expected(found))
      await store.drop(view.name, 1)
    })
    await assertProperty(property, histories)
    await store.close()
  })

  test(`${name}: an old event that is replayed after a newer one changes no feature`, async t => {
    const open = factory(t)
    const view = orderView()
    const schema = schemaOf(view, names)
    const rows = [
      { user: 'a', time: 5, position: 1, x: 1, y: 1, z: 1 },
      { user: 'a', time: 5, position: 2, x: 2, y: 2, z: 2 },
      { user: 'a', time: 4, position: 3, x: 3, y: 3, z: 3 },
    ]
    for (const replayed of [rows, rows.slice(0, 1), rows.slice(2), rows.slice(1)]) {
      const store = await open()
      const writer = await store.openWriter(viewSpec(view), schema, place)
      await writeRows(writer, schema, replayed)
      const { rows: found } = await store.get({ view: view.name, entities: ['a'] })
      assert.deepEqual(
        found[0].map(({ value, time }) => [value, time]),
        [
          [2, 5],
          [2, 5],
          [2, 5],
        ],
      )
      await store.close()
    }
  })
}

function testConcurrency({ name, factory }: FeatureHome): void {
  test(`${name}: writers of several connections at once come to the same`, async t => {
    const open = factory(t)
    const view = orderView()
    const schema = schemaOf(view, names)
    const count = 4000
    const stores = await Promise.all([0, 1, 2, 3].map(() => open()))
    await Promise.all(
      stores.map(async (store, writerNumber) => {
        const writer = await store.openWriter(viewSpec(view), schema, place)
        for (let from = 0; from < count; from += 500) {
          const rows = Array.from({ length: 500 }, (_, index) => {
            const position = 4 * (from + index) + writerNumber
            return { user: `u${position % 97}`, time: position >> 3, position, x: position, y: 0, z: null }
          })
          await writeRows(writer, schema, rows)
        }
      }),
    )
    const entities = Array.from({ length: 97 }, (_, index) => `u${index}`)
    const { rows } = await stores[0].get({ view: view.name, entities, fields: ['x'] })
    const all = 4 * count
    const last = (index: number) => index + 97 * Math.floor((all - 1 - index) / 97)
    assert.deepEqual(
      rows.map(([{ value, time }]) => [value, time]),
      entities.map((_, index) => [last(index), last(index) >> 3]),
    )
    for (const store of stores) await store.close()
  })
}

function orderView(): FeatureView {
  const fields = { x: nullable(int()), y: nullable(int()), z: nullable(int()) }
  return features(ownName('order'), { entity: 'user', fields })
}

/** A task as the engine runs it: it reads its log from its last commit on, and commits what the store has acknowledged. */
class Task {
  private readonly store: FeatureStore
  private readonly view: FeatureView
  private readonly rows: readonly WrittenRow[]
  private readonly schema: ReturnType<typeof schemaOf>
  private writer: ReturnType<FeatureStore['openWriter']> | undefined
  private read = 0
  private committed = 0

  constructor(store: FeatureStore, view: FeatureView, log: readonly object[], task: number) {
    this.store = store
    this.view = view
    this.schema = schemaOf(view, tasks[task])
    this.rows = log.map(
      (row, offset) => ({ ...row, position: positionOf(offset, task) }) as unknown as WrittenRow,
    )
  }

  async do(
    step: typeof history extends fc.Arbitrary<{ steps: { step: infer S }[] }> ? S : never,
  ): Promise<void> {
    const writer = await this.open()
    if (step.kind === 'write') {
      const next = this.rows.slice(this.read, this.read + step.rows)
      if (next.length > 0) await writer.write(rowsOf(this.schema, next))
      this.read += next.length
    } else if (step.kind === 'commit') {
      await writer.flush()
      this.committed = this.read
    } else {
      if (step.flushed) await writer.flush()
      writer.close()
      this.writer = undefined
      this.read = this.committed
    }
  }

  async finish(): Promise<void> {
    await this.do({ kind: 'write', rows: this.rows.length })
    await this.do({ kind: 'commit' })
  }

  private open() {
    this.writer ??= this.store.openWriter(viewSpec(this.view), this.schema, place)
    return this.writer
  }
}

/** No two tasks have a position in common. */
function positionOf(offset: number, task: number): number {
  return offset * tasks.length + task
}

async function stored(store: FeatureStore, { name }: FeatureView) {
  const { rows } = await store.get({ view: name, entities: users })
  return rows.map(row => row.map(({ state, value, time }) => (state === 'ok' ? [value, time] : null)))
}

/** The same by a plain look at everything that was ever written. */
function expected({ logs }: History) {
  const all = logs.flatMap((log, task) =>
    log.map((row, offset) => ({ row, fields: tasks[task], position: positionOf(offset, task) })),
  )
  return users.map(user =>
    names.map(field => {
      const own = all.filter(({ row, fields }) => row.user === user && fields.includes(field))
      const [newest] = own.sort((a, b) => b.row.time - a.row.time || b.position - a.position)
      return newest === undefined ? null : [newest.row[field as 'x'], newest.row.time]
    }),
  )
}
