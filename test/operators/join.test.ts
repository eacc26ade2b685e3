import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  array,
  double,
  int,
  job,
  late,
  long,
  nullable,
  record,
  sink,
  source,
  string,
  timestamp,
  topic,
} from '../../engine/index.ts'
import { limits, setLimits } from '../../engine/limits.ts'
import { filter, join, select } from '../../operators/index.ts'
import { testJob } from '../../testing/test-job.ts'
import { checkCuts } from '../support/operator-cases.ts'
import { assertProperty } from '../support/property.ts'

const lateness = 5
const within = { before: 3, after: 8 }
const Ad = record('Ad', { at: timestamp(), user: string(), ad: int() })
const Sale = record('Sale', { when: timestamp(), user: string(), price: double(), items: array(string()) })
const ads = topic('ads', Ad, { time: 'at', lateness })
const sales = topic('sales', Sale, { time: 'when', lateness })
const pairFields = { at: timestamp(), user: string(), ad: int(), price: double(), bought: array(string()) }
const Pair = record('Pair', pairFields)
const LeftPair = record('LeftPair', {
  ...pairFields,
  price: nullable(pairFields.price),
  bought: nullable(pairFields.bought),
})

const attribution = job('attribution', () => {
  const [left, right] = [source('ads', ads), source('sales', sales)]
  const by = 'user'
  const take = { price: 'price', bought: 'items' } as const
  join('near', left, right, { by, within, take }).pipe(sink('pairs', topic('pairs', Pair)))
  join('near-left', left, right, { by, within, take, type: 'left' }).pipe(sink('all', topic('all', LeftPair)))
  late('near', left).pipe(sink('late-ads', topic('late-ads', Ad)))
  late('near', right, 1).pipe(sink('late-sales', topic('late-sales', Sale)))
})

const user = fc.constantFrom('', 'ann', 'bob')
const anyAd = fc.record({ at: fc.nat(60), user, ad: fc.nat(9) }, { noNullPrototype: true })
const anySale = fc.record(
  {
    when: fc.nat(60),
    user,
    price: fc.nat(99),
    items: fc.array(fc.constantFrom('pen', 'ink'), { maxLength: 2 }),
  },
  { noNullPrototype: true },
)

/** Rows in time, and those that are not. */
function byLateness<T>(rows: readonly T[], timeOf: (row: T) => number): { good: T[]; bad: T[] } {
  let watermark = Number.NEGATIVE_INFINITY
  const sorted: { good: T[]; bad: T[] } = { good: [], bad: [] }
  for (const row of rows) {
    watermark = Math.max(watermark, timeOf(row) - lateness)
    sorted[timeOf(row) < watermark ? 'bad' : 'good'].push(row)
  }
  return sorted
}

test('pairs what has one key and lies within the interval, however the streams are interleaved', async () => {
  const property = fc.asyncProperty(
    fc.array(anyAd, { maxLength: 30 }),
    fc.array(anySale, { maxLength: 30 }),
    async (left, right) => {
      const goodAds = byLateness(left, row => row.at)
      const goodSales = byLateness(right, row => row.when)
      const partners = (ad: { at: number; user: string }) =>
        goodSales.good.filter(
          sale =>
            sale.user === ad.user && sale.when >= ad.at - within.before && sale.when <= ad.at + within.after,
        )
      const pairs = goodAds.good.flatMap(ad =>
        partners(ad).map(({ price, items }) => ({ ...ad, price, bought: items })),
      )
      const alone = goodAds.good.filter(ad => partners(ad).length === 0)
      const expected = {
        pairs,
        all: [...pairs, ...alone.map(ad => ({ ...ad, price: null, bought: null }))],
        'late-ads': goodAds.bad,
        'late-sales': goodSales.bad,
      }
      await checkCuts(attribution, { ads: left, sales: right }, expected, { runs: 3, advanceTo: 1000 })
    },
  )
  await assertProperty(property, 12)
})

const Event = record('Event', { at: timestamp(), user: long(), kind: string() })
const events = topic('events', Event, { time: 'at', lateness })
const Match = record('Match', { at: timestamp(), user: long(), next: nullable(timestamp()) })

const followed = job('followed', () => {
  const all = source('events', events)
  const first = all.pipe(filter(row => row.kind === 'a'))
  const second = all.pipe(filter(row => row.kind === 'b'))
  join('follows', first, second, { by: 'user', within, take: { next: 'at' }, type: 'left' }).pipe(
    select('at', 'user', 'next'),
    sink('matches', topic('matches', Match)),
  )
})

test('of one source: the order of the results is that of the log, row by row', async () => {
  const anyEvent = fc.record(
    { at: fc.nat(60), user: fc.nat(2), kind: fc.constantFrom('a', 'b') },
    { noNullPrototype: true },
  )
  const property = fc.asyncProperty(fc.array(anyEvent, { maxLength: 40 }), async rows => {
    type Left = { at: number; user: number; matched: boolean }
    let watermark = Number.NEGATIVE_INFINITY
    let waiting: Left[] = []
    const seen: { at: number; user: number }[] = []
    const matches: { at: number; user: number; next: number | null }[] = []
    const giveUp = () => {
      const gone = waiting.filter(left => left.at + within.after < watermark).sort((a, b) => a.at - b.at)
      waiting = waiting.filter(left => !gone.includes(left))
      for (const { at, user, matched } of gone) if (!matched) matches.push({ at, user, next: null })
    }
    for (const { at, user, kind } of rows) {
      watermark = Math.max(watermark, at - lateness)
      const near = (left: number, right: number) =>
        right >= left - within.before && right <= left + within.after
      if (at >= watermark && kind === 'a') {
        const partners = seen.filter(right => right.user === user && near(at, right.at))
        for (const right of partners) matches.push({ at, user, next: right.at })
        waiting.push({ at, user, matched: partners.length > 0 })
      } else if (at >= watermark) {
        for (const left of waiting.filter(one => one.user === user && near(one.at, at))) {
          matches.push({ at: left.at, user, next: at })
          left.matched = true
        }
        seen.push({ at, user })
      }
      giveUp()
    }
    watermark = 1000
    giveUp()
    await checkCuts(followed, { events: rows }, { matches }, { runs: 3, advanceTo: 1000 })
  })
  await assertProperty(property, 20)
})

test('keys of several columns, by other names, and of another width', async () => {
  const Left = record('Left', { a: int(), b: string(), x: int() })
  const Right = record('Right', { c: long(), y: int() })
  const Both = record('Both', { x: int(), y: int() })
  const wide = job('wide', () => {
    const left = source('left', topic('left', Left))
    const right = source('right', topic('right', Right))
    const span = { before: '1s', after: '1s' } as const
    join('renamed', left, right, { by: { left: 'a', right: 'c' }, within: span }).pipe(
      select('x', 'y'),
      sink('one', topic('one', Both)),
    )
    join('with-itself', left, left, { by: ['a', 'b'], within: span, take: { y: 'x' } }).pipe(
      select('x', 'y'),
      sink('self', topic('self', Both)),
    )
  })
  const left = [
    { a: 1, b: 'p', x: 1 },
    { a: 1, b: 'q', x: 2 },
  ]
  const driver = testJob(wide)
  driver.push('left', left, { timestamps: [0, 0] })
  driver.push('right', [{ c: 1, y: 7 }], { timestamps: [10] })
  assert.deepEqual(await driver.output('one'), [
    { x: 1, y: 7 },
    { x: 2, y: 7 },
  ])
  assert.deepEqual(await driver.output('self'), [
    { x: 1, y: 1 },
    { x: 2, y: 2 },
  ])
})

test('rows that no partner can come for are let go of, and so are their keys', async () => {
  const driver = testJob(attribution)
  const rows = Array.from({ length: 5000 }, (_, at) => ({ at, user: `user ${at}`, ad: 1 }))
  const mirror = rows.map(({ at, user }) => ({ when: at, user, price: 1, items: [] }))
  for (let from = 0; from < 5000; from += 500) {
    driver.push('ads', rows.slice(from, from + 500))
    driver.push('sales', mirror.slice(from, from + 500))
  }
  assert.equal((await driver.output('pairs')).length, 5000)
  const { tasks } = await driver.inspect()
  const step = tasks[0]!.steps.find(({ id }) => id === 'near')!.running as unknown as {
    left: { rows: { size: number } }
    keys: { size: number }
  }
  assert.ok(step.left.rows.size < 600, `${step.left.rows.size} rows`)
  assert.ok(step.keys.size < 2500, `${step.keys.size} keys`)
  await driver.close()
})

test('more rows of a key than the limit allows stop the job, which names the key', async () => {
  const before = limits.joinRowsPerKey
  setLimits({ joinRowsPerKey: 10 })
  try {
    const driver = testJob(attribution)
    driver.push(
      'ads',
      Array.from({ length: 11 }, (_, ad) => ({ at: 1, user: 'ann', ad })),
    )
    await assert.rejects(driver.output('pairs'), /HR_JOIN_FULL.*rows of user ann.*step near/)
  } finally {
    setLimits({ joinRowsPerKey: before })
  }
})

test('mistakes are found before a record is read', async () => {
  const rejects = async (options: object, reason: RegExp) => {
    const wrong = job('wrong', () => {
      const made = join('near', source('ads', ads), source('sales', sales), {
        by: 'user',
        within,
        ...options,
      })
      made.pipe(sink('pairs', topic('pairs', record('Any', {}))))
    })
    await assert.rejects(async () => await testJob(wrong), reason)
  }
  await rejects({ by: 'nothing' }, /HR_COLUMN_UNKNOWN/)
  await rejects(
    { by: { left: 'at', right: 'user' } },
    /HR_CONFIG_INVALID: the key at is timestamp on one side/,
  )
  await rejects({ take: ['nothing'] }, /HR_COLUMN_UNKNOWN/)
  await rejects({ take: { at: 'when' } }, /HR_CONFIG_INVALID: both sides have a column "at"/)
  await rejects({ within: { before: 'x', after: 0 } }, /HR_CONFIG_INVALID/)
})
