import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  bigint,
  double,
  features,
  int,
  job,
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
import { limits } from '../../engine/limits.ts'
import type { EnrichOptions } from '../../operators/index.ts'
import { count, enrich, select, tumbling } from '../../operators/index.ts'
import type { TestJob } from '../../testing/test-job.ts'
import { testJob } from '../../testing/test-job.ts'
import { checkCuts } from '../support/operator-cases.ts'
import { assertProperty } from '../support/property.ts'

const Click = record('Click', { at: timestamp(), user: string(), item: int() })
type AnyClick = { at: number; user: string; item: number }
const clicks = topic('clicks', Click, { time: 'at', lateness: 5 })
const stats = features('user-stats', {
  entity: 'user',
  ttl: 50,
  fields: { clicks: long(), spend: nullable(double()), city: string() },
})
type Stats = { clicks: number; spend: number | null; city: string }
const Plain = record('Plain', { at: timestamp(), user: string(), clicks: nullable(long()) })

const lookUp = (options: Partial<EnrichOptions<'user', ['clicks'], never>> = {}) =>
  job('enriched', () => {
    const rows = source('clicks', clicks).pipe(
      enrich('stats', stats, { by: 'user', take: ['clicks'], ...options }),
    )
    rows.pipe(select('at', 'user', 'clicks'), sink('out', topic('out', Plain)))
  })

interface Known {
  readonly user: string
  readonly time: number
  readonly values: Partial<Stats>
}

const fill = (known: readonly Known[]) => (driver: TestJob) => {
  for (const { user, time, values } of known) driver.stores.fill(stats, [{ user, ...values }], time)
}

/** What the view has for a row: looked for anew, row by row. */
function usable(known: readonly Known[], row: AnyClick, field: keyof Stats, maxAge: number): unknown {
  const found = known.findLast(({ user, values }) => user === row.user && field in values)
  if (found === undefined || row.at - found.time > Math.min(maxAge, 50)) return undefined
  return found.values[field]
}

const anyClick = fc.record(
  { at: fc.nat(100), user: fc.constantFrom('', 'a', 'bé', 'c'), item: fc.nat(3) },
  { noNullPrototype: true },
)
const anyKnown = fc.record({
  user: fc.constantFrom('', 'a', 'bé', 'd'),
  time: fc.nat(80),
  values: fc.record(
    { clicks: fc.nat(9), spend: fc.constantFrom(null, 0.5), city: fc.constantFrom('', 'Zürich') },
    { requiredKeys: [], noNullPrototype: true },
  ),
})
const cases = [fc.array(anyClick, { maxLength: 40 }), fc.array(anyKnown, { maxLength: 8 })] as const

const All = record('All', {
  at: timestamp(),
  user: string(),
  item: int(),
  clicks: long(),
  spend: nullable(double()),
  town: nullable(string()),
})
const all = topic('all', All)
const take = { clicks: 'clicks', spend: 'spend', town: 'city' } as const

test('every row gets what the view has, or a null or default where that is missing or too old', async () => {
  const enriched = job('enriched', () => {
    const options = { by: 'user', take, maxAge: 30, onMissing: { clicks: -1 } } as const
    source('clicks', clicks).pipe(enrich('stats', stats, options), sink('all', all))
  })
  const property = fc.asyncProperty(...cases, async (rows, known) => {
    const expected = rows.map(row => ({
      ...row,
      clicks: usable(known, row, 'clicks', 30) ?? -1,
      spend: usable(known, row, 'spend', 30) ?? null,
      town: usable(known, row, 'city', 30) ?? null,
    }))
    await checkCuts(enriched, { clicks: rows }, { all: expected }, { runs: 3, prepare: fill(known) })
  })
  await assertProperty(property, 12)
})

const Whole = record('Whole', { ...Click.fields, ...stats.fields })
const whole = topic('whole', Whole)
const Refused = record('Refused', { offset: long(), code: string(), message: string() })

for (const onMissing of ['drop', 'reject'] as const) {
  test(`rows without a feature: ${onMissing}`, async () => {
    const enriched = job('enriched', () => {
      const rows = source('clicks', clicks).pipe(enrich('stats', stats, { by: 'user', onMissing }))
      rows.pipe(sink('whole', whole))
      rejected('stats').pipe(select('offset', 'code', 'message'), sink('refused', topic('refused', Refused)))
    })
    const property = fc.asyncProperty(...cases, async (rows, known) => {
      const names = ['clicks', 'spend', 'city'] as const
      const complete: unknown[] = []
      const refused: unknown[] = []
      rows.forEach((row, offset) => {
        const values = names.map(name => usable(known, row, name, 50))
        const missing = names.find((_, index) => values[index] === undefined)
        if (missing === undefined)
          complete.push({ ...row, clicks: values[0], spend: values[1], city: values[2] })
        else if (onMissing === 'reject') {
          const message = `the view has no usable "${missing}" of ${row.user}`
          refused.push({ offset, code: 'HR_FEATURE_MISSING', message })
        }
      })
      const expected = { whole: complete, refused }
      await checkCuts(enriched, { clicks: rows }, expected, { runs: 2, prepare: fill(known) })
    })
    await assertProperty(property, 8)
  })
}

const at = (...users: string[]) => users.map((user, index) => ({ at: index, user, item: 0 }))
test('a tick asks for each of its entities once, in pieces of bounded size', async () => {
  const few = limits.lookupEntities
  const users = Array.from({ length: few + 10 }, (_, index) => `u${index % (few + 1)}`)
  const driver = testJob(lookUp())
  const asked: number[] = []
  driver.stores.onLookup = entities => {
    asked.push(new Set(entities).size)
  }
  await driver.push('clicks', at(...users))
  assert.deepEqual(asked, [few, 1])
  assert.equal((await driver.output('out')).length, few + 10)
  await driver.close()
})

test('windows behind it take its rows as if they came from the source', async () => {
  const counted = job('counted', () => {
    source('clicks', clicks).pipe(
      enrich('stats', stats, { by: 'user', take: ['city'], onMissing: { city: 'elsewhere' } }),
      tumbling('w', { by: 'city', size: 10 }, { clicks: count() }),
      select('city', 'windowEnd', 'clicks'),
      sink(
        'out',
        topic('out', record('Counted', { city: string(), windowEnd: timestamp(), clicks: long() })),
      ),
    )
  })
  const rows = [1, 2, 11, 25, 27].map((time, index) => ({ at: time, user: 'abaab'[index], item: 0 }))
  const expected = [
    { city: 'Bern', windowEnd: 10, clicks: 1 },
    { city: 'elsewhere', windowEnd: 10, clicks: 1 },
    { city: 'Bern', windowEnd: 20, clicks: 1 },
    { city: 'Bern', windowEnd: 30, clicks: 1 },
    { city: 'elsewhere', windowEnd: 30, clicks: 1 },
  ]
  const prepare = fill([{ user: 'a', time: 0, values: { city: 'Bern' } }])
  await checkCuts(counted, { clicks: rows }, { out: expected }, { advanceTo: 100, prepare })
})

test('entities may be whole numbers of any size', async () => {
  const Order = record('Order', { id: bigint() })
  const view = features('orders', { entity: 'id', fields: { total: int() } })
  const enriched = job('enriched', () => {
    source('orders', topic('orders', Order)).pipe(
      enrich('totals', view, { by: 'id' }),
      sink('out', topic('out', record('Out', { id: bigint(), total: nullable(int()) }))),
    )
  })
  const large = 2n ** 60n + 1n
  const driver = testJob(enriched)
  driver.stores.fill(view, [{ id: large, total: 5 }], 0)
  driver.push('orders', [{ id: large }, { id: large - 1n }], { timestamps: [0, 0] })
  assert.deepEqual(await driver.output('out'), [
    { id: large, total: 5 },
    { id: large - 1n, total: null },
  ])
  await driver.close()
})

test('what does not fit the view or the stream is refused when the job is looked at', async () => {
  const refused = async (options: object, message: RegExp) =>
    assert.rejects(async () => await testJob(lookUp(options)).close(), message)
  await refused({ by: 'who' }, /HR_COLUMN_UNKNOWN: by "who"/)
  await refused({ by: 'at' }, /HR_CONFIG_INVALID: by "at" is of kind timestamp/)
  await refused({ take: ['age'] }, /HR_COLUMN_UNKNOWN: take names "age"/)
  await refused({ take: { item: 'clicks' } }, /HR_CONFIG_INVALID: both sides have a column "item"/)
  await refused({ onMissing: { clicks: 0.5 } }, /HR_CONFIG_INVALID: .*"clicks" does not fit long/)
  await refused({ onMissing: { spend: 1 } }, /HR_CONFIG_INVALID: onMissing has a value for "spend"/)
  await refused({ timeout: 0 }, /HR_CONFIG_INVALID: timeout of "stats" is 0/)
  await refused({ cache: { entries: 0, ttl: '1s' } }, /HR_CONFIG_INVALID: entries of the cache/)
  await refused({ cache: { entries: 1, ttl: 0 } }, /HR_CONFIG_INVALID: ttl of the cache of "stats" is 0/)
})
