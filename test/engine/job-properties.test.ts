import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Job, Stream } from '../../engine/index.ts'
import {
  double,
  job,
  late,
  long,
  nullable,
  record,
  rejected,
  sink,
  source,
  string,
  timestamp,
  topic,
} from '../../engine/index.ts'
import {
  count,
  derive,
  filter,
  flatMap,
  max,
  mean,
  sample,
  sum,
  tumbling,
  union,
} from '../../operators/index.ts'
import { topicOf } from '../support/memory-runs.ts'
import { assertProperty } from '../support/property.ts'
import type { Cut } from '../support/raw-log.ts'
import { runRaw } from '../support/raw-log.ts'

const fields = { at: timestamp(), user: string(), value: nullable(double()) }
const Click = record('Click', fields)
type Click = { readonly at: number; readonly user: string; readonly value: number | null }
const clicks = topic('clicks', Click, { time: 'at', lateness: 7, maxFuture: 200 })

/** Steps that take clicks and give clicks, each with what may go wrong in it. */
const steps: Record<string, (rows: Stream<Click>, id: string) => Stream<Click>> = {
  filter: rows => rows.pipe(filter(row => (row.value === 3 ? fail() : row.value !== 1))),
  derive: rows =>
    rows.pipe(derive({ value: nullable(double((row: Click) => (row.value === 4 ? fail() : row.value))) })),
  flatMap: rows =>
    rows.pipe(
      flatMap(fields, row => (row.user === 'b' ? [plain(row), { ...plain(row), user: 'c' }] : [plain(row)])),
    ),
  union: rows => union(rows, rows.pipe(filter(row => row.user === 'a'))),
  sample: rows => rows.pipe(sample({ fraction: 0.7 })),
  late: (rows, id) => {
    rows.pipe(
      tumbling(id, { by: 'user', size: 10 }, { n: count() }),
      sink(`${id}-out`, topic(`${id}.counts`, Counts)),
    )
    return union(rows, late(id, rows))
  },
}
const Counts = record('Counts', {
  user: string(),
  windowStart: timestamp(),
  windowEnd: timestamp(),
  n: long(),
})
const Stats = record('Stats', {
  user: string(),
  windowStart: timestamp(),
  windowEnd: timestamp(),
  n: long(),
  total: double(),
  most: double(),
  average: double(),
})
const Refused = record('Refused', { offset: long(), code: string(), step: string() })

const plain = ({ at, user, value }: Click) => ({ at, user, value })

function fail(): never {
  throw new Error('a row that the step cannot take')
}

/** A chain of such steps, its rows and its windows written out. */
function jobOf(chain: readonly string[], size: number): Job {
  const build = () => {
    let rows: Stream<Click> = source('in', clicks)
    chain.forEach((name, place) => {
      rows = (steps[name] as (typeof steps)[string])(rows, `${name}-step-${place}`)
    })
    rows.pipe(sink('rows', topic('rows', Click, { key: 'user' })))
    rows.pipe(
      tumbling(
        'windows',
        { by: 'user', size },
        {
          n: count(),
          total: sum(row => row.value ?? 0),
          most: max(row => row.value ?? -1),
          average: mean(row => row.value ?? 0),
        },
      ),
      sink('stats', topic('stats', Stats, { key: 'user' })),
    )
    late('windows', rows).pipe(sink('missed', topic('missed', Click)))
    rejected('in').pipe(sink('refused', topic('refused', Refused)))
  }
  return job('chained', build, { onError: 'reject' })
}

const anyClick = fc.record({
  at: fc.oneof({ weight: 9, arbitrary: fc.nat(120) }, { weight: 1, arbitrary: fc.constantFrom(-1, 9999) }),
  user: fc.constantFrom('a', 'b', 'é'),
  value: fc.option(fc.nat(6)),
})
const anyRecord = fc.oneof(
  { weight: 12, arbitrary: anyClick.map(click => JSON.stringify(click)) },
  { weight: 1, arbitrary: fc.constantFrom('{', '{"at":1}') },
)
const anyCut = fc.record({ size: fc.integer({ min: 1, max: 9 }), restart: fc.boolean() })

/** All that a job leaves behind, byte for byte. */
async function leftBy(of: Job, values: readonly string[], cuts: readonly Cut[]): Promise<unknown> {
  const records = values.map((value, at) => ({ value, key: `${at}`, timestamp: at }))
  const driver = runRaw(of, 'clicks', records, cuts)
  driver.advanceTo(10_000)
  const run = await driver.inspect()
  const counters = run.tasks.map(task => [
    task.inputs.map(({ counters }) => ({ ...counters })),
    task.steps.map(({ id, context }) => [id, context.counters]),
  ])
  const topics = [...driver.home.topics.keys()].map(name => [name, topicOf(driver.home, name)])
  const left = structuredClone({ topics, counters })
  await driver.close()
  return left
}

test('what a job gives does not depend on batches and restarts, whatever its steps', async () => {
  const property = fc.asyncProperty(
    fc.array(fc.constantFrom(...Object.keys(steps)), { maxLength: 4 }),
    fc.constantFrom(5, 10, 30),
    fc.array(anyRecord, { maxLength: 50 }),
    fc.array(anyCut, { maxLength: 50 }),
    async (chain, size, values, cuts) => {
      const of = jobOf(chain, size)
      assert.deepEqual(await leftBy(of, values, cuts), await leftBy(of, values, []))
    },
  )
  await assertProperty(property, 30)
})
