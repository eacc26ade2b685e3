import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  array,
  bigint,
  boolean,
  bytes,
  decimal,
  double,
  float,
  int,
  job,
  long,
  nullable,
  oneOf,
  record,
  sink,
  source,
  string,
  timestamp,
  topic,
  vector,
} from '../../engine/index.ts'
import { derive, select } from '../../operators/index.ts'
import { testJob } from '../../testing/test-job.ts'
import { checkCuts, outputOf } from '../support/operator-cases.ts'

const Row = record('Row', { n: double(), text: string() })
const rows = topic('rows', Row)
const colours = ['red', 'green'] as const
const Inner = record('Inner', { a: int(), b: nullable(string()) })

const Everything = record('Everything', {
  n: string(),
  text: string(),
  whole: int(),
  big: long(),
  time: timestamp(),
  exact: bigint(),
  small: float(),
  half: double(),
  positive: boolean(),
  upper: nullable(string()),
  raw: bytes(),
  price: decimal(6, 2),
  shade: oneOf('Colour', colours),
  pair: vector(2),
  list: array(nullable(int())),
  inner: Inner,
})

const everything = job('everything', () => {
  source('rows', rows).pipe(
    derive({
      n: string(row => `${row.n}`),
      whole: int(row => row.n | 0),
      big: long(row => Math.trunc(row.n) * 2 ** 40),
      time: timestamp(row => 1_700_000_000_000 + Math.trunc(row.n)),
      exact: bigint(row => 2n ** 62n + BigInt(Math.trunc(row.n))),
      small: float(row => row.n / 4),
      half: double(row => row.n / 2),
      positive: boolean(row => row.n > 0),
      upper: nullable(string(row => (row.text === '' ? null : row.text.toUpperCase()))),
      raw: bytes(row => new TextEncoder().encode(row.text)),
      price: decimal(6, 2, row => row.n.toFixed(2)),
      shade: oneOf('Colour', colours, row => (row.n > 0 ? 'green' : 'red')),
      pair: vector(2, row => Float32Array.of(row.n, 1)),
      list: { field: array(nullable(int())), compute: (row: { n: number }) => [row.n | 0, null] },
      inner: { field: Inner, compute: (row: { n: number; text: string }) => ({ a: row.n | 0, b: row.text }) },
    }),
    sink('out', topic('out', Everything, { format: 'avro' })),
  )
})

test('computes columns of every type, and replaces those of the same name', async () => {
  const input = [
    { n: 3, text: 'é' },
    { n: -2.5, text: '' },
    { n: 0, text: 'plain' },
    { n: 7, text: '\u{1f600}' },
  ]
  const expected = input.map(({ n, text }) => ({
    n: `${n}`,
    text,
    whole: Math.trunc(n),
    big: Math.trunc(n) * 2 ** 40,
    time: 1_700_000_000_000 + Math.trunc(n),
    exact: 2n ** 62n + BigInt(Math.trunc(n)),
    small: n / 4,
    half: n / 2,
    positive: n > 0,
    upper: text === '' ? null : text.toUpperCase(),
    raw: new Uint8Array(Buffer.from(text)),
    price: n.toFixed(2),
    shade: n > 0 ? 'green' : 'red',
    pair: Float32Array.of(n, 1),
    list: [Math.trunc(n), null],
    inner: { a: Math.trunc(n), b: text },
  }))
  await checkCuts(everything, { rows: input }, { out: expected })
  assert.deepEqual(await outputOf(everything, { rows: [] }, 'out'), [])
})

/** What each kind of column refuses. */
const misfits = {
  int: [int(row => (row as { n: number }).n), [0.5, 2 ** 31, -(2 ** 31) - 1]],
  long: [long(row => (row as { n: number }).n), [0.5, 2 ** 53, Number.MAX_VALUE]],
  timestamp: [timestamp(row => (row as { n: number }).n), [0.25]],
  bigint: [bigint(row => BigInt((row as { n: number }).n)), [2 ** 63]],
  string: [string(row => (row as { n: number }).n as never), [1]],
  boolean: [boolean(row => (row as { n: number }).n as never), [1]],
  double: [double(() => null as never), [1]],
  enum: [oneOf('Colour', colours, () => 'blue' as never), [1]],
  vector: [vector(2, () => Float32Array.of(1)), [1]],
  decimal: [decimal(4, 2, row => String((row as { n: number }).n)), [123, 0.001]],
  array: [{ field: array(int()), compute: () => [1, null] as never }, [1]],
} as const

for (const [kind, [derivation, values]] of Object.entries(misfits)) {
  test(`a value that does not fit is an error of its row: ${kind}`, async () => {
    const build = (onError: 'fail' | 'reject') =>
      job(
        'misfit',
        () => {
          source('rows', rows).pipe(
            derive({ out: derivation as never }),
            select('n', 'text'),
            sink('out', topic('out', Row)),
          )
        },
        { onError },
      )
    const input = values.map(n => ({ n, text: '' }))
    const rejecting = testJob(build('reject')).push('rows', input)
    assert.deepEqual(await rejecting.output('out'), [])
    assert.equal(await rejecting.deadLetters(), values.length)
    await rejecting.close()
    const failing = testJob(build('fail')).push('rows', input)
    await assert.rejects(failing.output('out'), /HR_VALUE_UNENCODABLE: the value of "out" does not fit/)
  })
}

test('NaN and infinities are doubles', async () => {
  const Out = record('Out', { a: double(), b: double() })
  const odd = job('odd', () => {
    source('rows', rows).pipe(
      derive({ a: double(row => row.n / 0), b: double(() => Number.NaN) }),
      select('a', 'b'),
      sink('out', topic('out', Out, { format: 'avro' })),
    )
  })
  assert.deepEqual(await outputOf(odd, { rows: [{ n: 1, text: '' }] }, 'out'), [
    { a: Infinity, b: Number.NaN },
  ])
})

test('rows whose function throws are rejected, the others are right', async () => {
  const Out = record('Out', { n: double(), first: string(), next: double() })
  const picky = job(
    'picky',
    () => {
      source('rows', rows).pipe(
        derive({
          first: string(row => row.text[0]!.toUpperCase()),
          next: double(row => {
            if (row.n === 2) throw new Error('no twos')
            return row.n + 1
          }),
        }),
        select('n', 'first', 'next'),
        sink('out', topic('out', Out)),
      )
    },
    { onError: 'reject' },
  )
  const input = [
    { n: 1, text: 'a' },
    { n: 2, text: 'b' },
    { n: 3, text: '' },
    { n: 4, text: 'd' },
  ]
  const expected = [
    { n: 1, first: 'A', next: 2 },
    { n: 4, first: 'D', next: 5 },
  ]
  await checkCuts(picky, { rows: input }, { out: expected })
  const driver = testJob(picky).push('rows', input)
  assert.equal(await driver.deadLetters(), 2)
})
