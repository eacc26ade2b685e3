import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  array,
  double,
  int,
  job,
  long,
  nullable,
  record,
  sink,
  source,
  string,
  timestamp,
  topic,
  vector,
} from '../../engine/index.ts'
import { branch, count, derive, filter, select, tumbling, union } from '../../operators/index.ts'
import { testJob } from '../../testing/test-job.ts'
import { checkCuts, outputOf } from '../support/operator-cases.ts'
import { assertProperty } from '../support/property.ts'

const fields = {
  at: timestamp(),
  kind: nullable(string()),
  n: int(),
  list: nullable(array(string())),
  point: vector(2),
  deep: record('Deep', { x: nullable(double()) }),
}
const Row = record('Row', fields)
const rows = topic('rows', Row, { time: 'at', lateness: 0 })
const out = topic('out', Row)

const anyRow = fc.record(
  {
    at: fc.nat(50),
    kind: fc.constantFrom(null, '', 'é', 'kind'),
    n: fc.nat(9),
    list: fc.option(fc.array(fc.constantFrom('', 'item'), { maxLength: 3 })),
    point: fc.tuple(fc.nat(9), fc.nat(9)).map(pair => Float32Array.from(pair)),
    deep: fc.record({ x: fc.option(fc.nat(9)) }, { noNullPrototype: true }),
  },
  { noNullPrototype: true },
)

test('what was split and changed comes back together in the order of the log', async () => {
  const apart = job('apart', () => {
    const { low, high, rest } = branch(source('rows', rows), {
      low: row => row.n < 3,
      high: row => row.n > 6,
    })
    const marked = low.pipe(derive({ kind: nullable(string(row => `low ${row.kind}`)) }))
    union(high, rest, marked, low).pipe(sink('out', out))
  })
  const property = fc.asyncProperty(fc.array(anyRow, { maxLength: 30 }), async input => {
    const expected = input.flatMap(row => (row.n < 3 ? [{ ...row, kind: `low ${row.kind}` }, row] : [row]))
    await checkCuts(apart, { rows: input }, { out: expected }, { runs: 3 })
  })
  await assertProperty(property, 25)
})

test('results of windows stand where the watermark closed them', async () => {
  const Both = record('Both', { at: timestamp(), n: long() })
  const mixed = job('mixed', () => {
    const all = source('rows', rows)
    const closed = all.pipe(
      tumbling('windows', { by: 'n', size: 10 }, { rows: count() }),
      select({ at: 'windowEnd', n: 'rows' }),
    )
    const plain = all.pipe(derive({ n: long(row => -row.n) }), select('at', 'n'))
    union(closed, plain).pipe(sink('out', topic('out', Both)))
  })
  const input = Array.from({ length: 45 }, (_, at) => ({
    at,
    kind: null,
    n: 1,
    list: null,
    point: [0, 0],
    deep: { x: null },
  }))
  const expected = input.flatMap(({ at }) => [
    ...(at % 10 === 0 && at > 0 ? [{ at, n: 10 }] : []),
    { at, n: -1 },
  ])
  await checkCuts(mixed, { rows: input }, { out: expected })
})

test('several sources', async () => {
  const both = job('both', () => {
    union(source('rows', rows), source('more', topic('more', Row))).pipe(sink('out', out))
  })
  const row = (n: number) => ({ at: n, kind: 'a', n, list: [], point: Float32Array.of(0, 0), deep: { x: n } })
  const input = { rows: [1, 2, 3].map(row), more: [4, 5].map(row) }
  await checkCuts(both, input, { out: [1, 2, 3, 4, 5].map(row) })
})

test('streams of other columns cannot be one', async () => {
  const wrong = job('wrong', () => {
    const all = source('rows', rows)
    union(all.pipe(select('n', 'at')), all.pipe(select('at', 'n'))).pipe(
      sink('out', topic('out', record('Any', {}))),
    )
  })
  await assert.rejects(
    async () => await testJob(wrong),
    /HR_SCHEMA_CHANGED: stream 1 has n, at.*stream 2 has at, n/,
  )
})

const Small = record('Small', { n: int() })
const small = topic('small', Small)

test('each row goes to the first case that is true, which is asked once', async () => {
  const asked: string[] = []
  const split = job('split', () => {
    const { one, odd, rest } = branch(source('small', small), {
      one: row => asked.push(`one ${row.n}`) > 0 && row.n === 1,
      odd: row => asked.push(`odd ${row.n}`) > 0 && row.n % 2 === 1,
    })
    for (const [name, stream] of Object.entries({ one, odd, rest }))
      stream.pipe(sink(name, topic(name, Small)))
  })
  const driver = testJob(split).push(
    'small',
    [1, 2, 3].map(n => ({ n })),
  )
  assert.deepEqual(await driver.output('one'), [{ n: 1 }])
  assert.deepEqual(await driver.output('odd'), [{ n: 3 }])
  assert.deepEqual(await driver.output('rest'), [{ n: 2 }])
  assert.deepEqual(asked.sort(), ['odd 2', 'odd 3', 'one 1', 'one 2', 'one 3'])
})

test('rows whose case throws are rejected once, and go nowhere', async () => {
  const picky = (onError: 'fail' | 'reject') =>
    job(
      'picky',
      () => {
        const { big, rest } = branch(source('small', small), {
          big: row => {
            if (row.n === 2) throw new Error('no twos')
            return row.n > 2
          },
        })
        union(big, rest).pipe(
          filter(() => true),
          sink('out', topic('out', Small)),
        )
      },
      { onError },
    )
  const input = [1, 2, 3, 4].map(n => ({ n }))
  await checkCuts(picky('reject'), { small: input }, { out: [1, 3, 4].map(n => ({ n })) })
  const driver = testJob(picky('reject')).push('small', input)
  assert.equal(await driver.deadLetters(), 1)
  await assert.rejects(outputOf(picky('fail'), { small: input }, 'out'), /HR_LAMBDA_THREW.*no twos/)
})

test('no case can be named rest', async () => {
  const wrong = job('wrong', () => {
    branch(source('small', small), { rest: () => true }).rest.pipe(sink('out', topic('out', Small)))
  })
  await assert.rejects(async () => await testJob(wrong), /HR_CONFIG_INVALID: a case is named "rest"/)
})
