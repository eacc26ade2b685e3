import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Job, Row } from '../../engine/index.ts'
import {
  double,
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
import { limits, setLimits } from '../../engine/limits.ts'
import { filter } from '../../operators/index.ts'
import { testJob } from '../../testing/index.ts'
import { topicOf } from '../support/memory-runs.ts'
import { assertProperty } from '../support/property.ts'
import type { Cut, RawRecord } from '../support/raw-log.ts'
import { rawBatch, runRaw } from '../support/raw-log.ts'

const Reading = record('Reading', { at: timestamp(), value: nullable(double()), unit: string() })
const readings = topic('readings', Reading, {
  time: row => {
    if (row.unit === 'boom') throw new Error('no time')
    return row.unit === 'never' ? Number.NaN : row.at
  },
  lateness: 0,
  maxFuture: 1000,
})
const kept = topic('kept', Reading)

const plain = job(
  'plain',
  () => {
    const choose = filter((row: Row<typeof Reading>) => {
      if (row.value === 13) throw new Error('unlucky')
      return true
    })
    source('in', readings).pipe(choose, sink('out', kept))
  },
  { onError: 'reject' },
)

/** What is wrong with a record's value, and what becomes of it. */
const bad: readonly (readonly [string | null, string])[] = [
  [null, 'HR_RECORD_EMPTY'],
  ['', 'HR_RECORD_UNDECODABLE'],
  ['not json', 'HR_RECORD_UNDECODABLE'],
  ['{"at":1,"value":1,"unit":"a"', 'HR_RECORD_UNDECODABLE'],
  ['{"at":1,"value":NaN,"unit":"a"}', 'HR_RECORD_UNDECODABLE'],
  ['{"at":1,"value":Infinity,"unit":"a"}', 'HR_RECORD_UNDECODABLE'],
  ['{"at":1,"value":1e999,"unit":"a"}', 'HR_NUMBER_NOT_JSON'],
  ['[1,2]', 'HR_RECORD_MISMATCH'],
  ['{"value":1,"unit":"a"}', 'HR_RECORD_MISMATCH'],
  ['{"at":"1","value":1,"unit":"a"}', 'HR_RECORD_MISMATCH'],
  ['{"at":null,"value":1,"unit":"a"}', 'HR_RECORD_MISMATCH'],
  ['{"at":1,"value":true,"unit":"a"}', 'HR_RECORD_MISMATCH'],
  ['{"at":1.5,"value":1,"unit":"a"}', 'HR_RECORD_MISMATCH'],
  ['{"at":9007199254740993,"value":1,"unit":"a"}', 'HR_NUMBER_UNSAFE'],
  ['{"at":-1,"value":1,"unit":"a"}', 'HR_TIME_INVALID'],
  ['{"at":8640000000000001,"value":1,"unit":"a"}', 'HR_TIME_INVALID'],
  ['{"at":1,"value":1,"unit":"never"}', 'HR_TIME_INVALID'],
  ['{"at":1,"value":1,"unit":"boom"}', 'HR_LAMBDA_THREW'],
  ['{"at":1,"value":13,"unit":"a"}', 'HR_LAMBDA_THREW'],
  [`{"at":1,"value":1,"unit":"${'long'.repeat(100)}"}`, 'HR_RECORD_TOO_LARGE'],
]

/** Which step refuses it. */
function stepOf(value: string | null): string {
  if (value?.includes('"value":13')) return 'filter-1'
  return value?.includes('1e999') ? 'out' : 'in'
}
const good = (at: number) => JSON.stringify({ at, value: 1, unit: 'a' })

function withSmallRecords<R>(work: () => Promise<R>): Promise<R> {
  const { recordBytes } = limits
  setLimits({ recordBytes: 100 })
  return work().finally(() => setLimits({ recordBytes }))
}

async function deadLetters(of: Job, records: readonly RawRecord[], cuts: readonly Cut[]) {
  const driver = runRaw(of, 'readings', records, cuts)
  await driver
  const letters = topicOf(driver.home, `${of.name}.dead-letter`).flat()
  const rows = topicOf(driver.home, 'kept').flat()
  const [task] = (await driver.inspect()).tasks
  const [input] = task?.inputs ?? []
  const { read, passed, rejected: refused } = { ...input?.counters }
  const step = task?.steps[0]?.context.counters
  await driver.close()
  return { letters, rows, counts: { read, passed, rejected: refused }, step }
}

for (const [value, code] of bad) {
  test(`${value?.slice(0, 50) ?? 'no value'}: ${code}, whole in the dead letters`, () =>
    withSmallRecords(async () => {
      const records = [
        { value: good(1), timestamp: 7 },
        { value, key: 'key', timestamp: 8 },
        { value: good(2), timestamp: 9 },
      ]
      const { letters, rows } = await deadLetters(plain, records, [])
      const [letter] = letters
      assert.equal(letters.length, 1)
      const { 'headrace.message': message, ...headers } = Object.fromEntries(letter?.headers ?? [])
      assert.ok(message)
      assert.deepEqual(headers, {
        'headrace.code': code,
        'headrace.step': stepOf(value),
        'headrace.topic': 'readings',
        'headrace.partition': '0',
        'headrace.offset': '1',
      })
      assert.deepEqual([letter?.key, letter?.value, letter?.timestamp], ['key', value, 8])
      assert.deepEqual(
        rows.map(row => JSON.parse(row.value ?? '').at),
        [1, 2],
      )
    }))
}

test('fields that the schema does not know, and numbers that are as large as they get, are no fault', async () => {
  const texts = [
    '{"more":{"deep":[1,{}]},"at":1,"value":null,"unit":"a"}',
    '{"at":2,"value":1.7976931348623157e308,"unit":"a"}',
    '{"at":3,"unit":"a"}',
  ]
  const { letters, rows } = await deadLetters(
    plain,
    texts.map(value => ({ value })),
    [],
  )
  assert.deepEqual(letters, [])
  assert.deepEqual(
    rows.map(row => JSON.parse(row.value ?? '')),
    [
      { at: 1, value: null, unit: 'a' },
      { at: 2, value: Number.MAX_VALUE, unit: 'a' },
      { at: 3, value: null, unit: 'a' },
    ],
  )
})

const anyText = fc.oneof(
  { weight: 3, arbitrary: fc.nat(500).map(at => [good(at), null] as const) },
  { weight: 2, arbitrary: fc.constantFrom(...bad) },
)
const anyCuts = fc.array(fc.record({ size: fc.integer({ min: 1, max: 5 }), restart: fc.boolean() }), {
  maxLength: 30,
})

test('in any run what is read is passed on or rejected, in the order of the log, however it is cut', () =>
  withSmallRecords(async () => {
    const property = fc.asyncProperty(fc.array(anyText, { maxLength: 30 }), anyCuts, async (texts, cuts) => {
      const records = texts.map(([value], row) => ({ value, timestamp: row, key: `k${row}` }))
      const { letters, rows, counts, step } = await deadLetters(plain, records, cuts)
      const expected = texts.flatMap(([value, code], row) =>
        code === null ? [] : [[`k${row}`, value, code]],
      )
      const found = letters.map(({ key, value, headers }) => [
        key,
        value,
        Object.fromEntries(headers)['headrace.code'],
      ])
      assert.deepEqual(found, expected)
      const unlucky = texts.filter(([value]) => stepOf(value) === 'filter-1').length
      const infinite = texts.filter(([value]) => stepOf(value) === 'out').length
      const refused = expected.length - unlucky - infinite
      assert.deepEqual(counts, { read: texts.length, passed: texts.length - refused, rejected: refused })
      assert.equal(step?.in ?? 0, texts.length - refused)
      assert.equal(step?.rejected ?? 0, unlucky)
      assert.equal(rows.length, texts.length - expected.length)
    })
    await assertProperty(property, 150)
  }))

const Rejections = record('Rejections', {
  offset: long(),
  timestamp: timestamp(),
  code: string(),
})

const watched = job('watched', () => {
  source('in', readings).pipe(sink('out', kept))
  rejected('in').pipe(sink('rejected', topic('rejected', Rejections)))
})

test('a job that reads rejected() gets what would have gone to the dead letters', async () => {
  const texts = bad.filter(([value, code]) => code !== 'HR_RECORD_TOO_LARGE' && stepOf(value) === 'in')
  const records = texts.map(([value], row) => ({ value, timestamp: 100 + row }))
  for (const size of [1, 3, 100]) {
    const driver = runRaw(watched, 'readings', records, new Array(30).fill({ size, restart: size === 3 }))
    const found = await driver.output('rejected')
    const expected = texts.map(([, code], offset) => ({ offset, timestamp: 100 + offset, code }))
    assert.deepEqual(found, expected, `${size} at a time`)
    assert.equal(await driver.deadLetters(), 0)
    await driver.close()
  }
})

test('onBad fail: the first bad record ends the run, and says which one it is', async () => {
  const strict = job('strict', () => {
    source('in', readings, { onBad: 'fail' }).pipe(sink('out', kept))
  })
  const driver = testJob(strict)
  driver.pushRaw('readings', 0, rawBatch([{ value: good(1) }]))
  driver.pushRaw('readings', 0, rawBatch([{ value: good(2) }, { value: '{' }, { value: good(3) }]))
  await assert.rejects(
    driver.output('kept'),
    /HR_RECORD_UNDECODABLE: .*\(step in, topic readings, partition 0, offset 2\)/,
  )
  assert.equal(topicOf(driver.home, 'kept').flat().length, 1)
})

test('a log without records gives none, and no dead letters', async () => {
  const { letters, rows, counts } = await deadLetters(plain, [], [])
  assert.deepEqual([letters, rows, counts], [[], [], { read: 0, passed: 0, rejected: 0 }])
})
