import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  double,
  job,
  long,
  record,
  rejected,
  sink,
  source,
  string,
  timestamp,
  topic,
} from '../../engine/index.ts'
import { count, derive, sum, tumbling } from '../../operators/index.ts'
import { testJob } from '../../testing/index.ts'
import { topicOf } from '../support/memory-runs.ts'
import { runRaw } from '../support/raw-log.ts'

const Reading = record('Reading', { at: timestamp(), value: double() })
const readings = topic('readings', Reading, { time: 'at', lateness: 0 })

test('dead letters are in the order of the log, whatever is wrong with them', async () => {
  const plain = job('plain', () => {
    source('in', readings).pipe(sink('out', topic('out', Reading)))
  })
  const values = ['{"at":-1,"value":1}', '{', null, '{"at":1}', null]
  const driver = runRaw(
    plain,
    'readings',
    values.map(value => ({ value })),
    [],
  )
  await driver
  const letters = topicOf(driver.home, 'plain.dead-letter').flat()
  assert.deepEqual(
    letters.map(letter => letter.value),
    values,
  )
  await driver.close()
})

test('windows over rejected records count each once, though the same records move time', async () => {
  const Counts = record('Counts', {
    code: string(),
    windowStart: timestamp(),
    windowEnd: timestamp(),
    n: long(),
  })
  const counted = job('counted', () => {
    source('in', readings).pipe(sink('out', topic('out', Reading)))
    rejected('in').pipe(
      tumbling('windows', { by: 'code', size: 10 }, { n: count() }),
      sink('counts', topic('counts', Counts)),
    )
  })
  const records = [1, 2, 5, 30].flatMap(at => [
    { value: 'bad', timestamp: at },
    { value: `{"at":${at},"value":1}`, timestamp: at },
  ])
  const code = 'HR_RECORD_UNDECODABLE'
  const expected = [
    { code, windowStart: 0, windowEnd: 10, n: 3 },
    { code, windowStart: 30, windowEnd: 40, n: 1 },
  ]
  for (const size of [1, 2, 8]) {
    const driver = runRaw(counted, 'readings', records, new Array(8).fill({ size, restart: false }))
    driver.advanceTo(100)
    assert.deepEqual(await driver.output('counts'), expected, `${size} at a time`)
    await driver.close()
  }
})

test('computed rows in the dead letters do not show where the log was cut', async () => {
  const Sums = record('Sums', { windowStart: timestamp(), windowEnd: timestamp(), total: double() })
  const summed = job(
    'summed',
    () => {
      source('in', readings).pipe(
        tumbling('windows', { by: 'at', size: 5 }, { total: sum('value') }),
        sink('sums', topic('sums', Sums)),
      )
    },
    { onError: 'reject' },
  )
  const records = [0, 7, 8, 20].map(at => ({ value: `{"at":${at},"value":1e999}`, timestamp: at }))
  for (const size of [1, 2, 4]) {
    const driver = runRaw(summed, 'readings', records, new Array(4).fill({ size, restart: false }))
    await driver
    const letters = topicOf(driver.home, 'summed.dead-letter').flat()
    assert.deepEqual(
      letters.map(({ timestamp, key, value }) => [timestamp, key, JSON.parse(value ?? '').at]),
      [
        [4, null, 0],
        [9, null, 7],
        [9, null, 8],
      ],
    )
    await driver.close()
  }
})

const divided = (onError: 'fail' | 'reject') =>
  job(
    'divided',
    () => {
      source('in', readings).pipe(
        derive({ value: double((row: { value: number }) => 1 / row.value) }),
        sink('out', topic('out', Reading)),
      )
    },
    { onError },
  )
const rows = [1, 0, 2, -0].map((value, at) => ({ at, value }))

const keyed = (onError: 'fail' | 'reject') =>
  job(
    'keyed',
    () => {
      const key = (row: { at: number }) => {
        if (row.at === 1) throw new Error('no key')
        return row.at
      }
      source('in', readings).pipe(sink('out', topic('out', Reading, { key })))
    },
    { onError },
  )

test('a key lambda that throws is an error of its row, at the sink', async () => {
  const driver = testJob(keyed('reject')).push('readings', rows)
  assert.deepEqual(
    (await driver.records('out')).map(({ key }) => key),
    ['0', '2', '3'],
  )
  const [letter] = topicOf(driver.home, 'keyed.dead-letter').flat()
  const { 'headrace.step': step, 'headrace.offset': offset } = Object.fromEntries(letter?.headers ?? [])
  assert.deepEqual([step, offset, letter?.value], ['out', '1', '{"at":1,"value":0}'])
  await driver.close()
  const strict = testJob(keyed('fail')).push('readings', rows)
  await assert.rejects(
    strict.output('out'),
    /HR_LAMBDA_THREW.*no key.*step out, topic readings, partition 0, offset 1/,
  )
  assert.deepEqual(topicOf(strict.home, 'out').flat(), [])
})

test('a number that JSON does not have is an error of its row', async () => {
  const driver = testJob(divided('reject')).push('readings', rows)
  assert.deepEqual(await driver.output('out'), [
    { at: 0, value: 1 },
    { at: 2, value: 0.5 },
  ])
  const letters = topicOf(driver.home, 'divided.dead-letter').flat()
  assert.deepEqual(
    letters.map(({ value, headers }) => [value, Object.fromEntries(headers)['headrace.code']]),
    [
      ['{"at":1,"value":0}', 'HR_NUMBER_NOT_JSON'],
      ['{"at":3,"value":0}', 'HR_NUMBER_NOT_JSON'],
    ],
  )
  await driver.close()
})

test('by policy fail it ends the job, and says which row it was', async () => {
  const driver = testJob(divided('fail')).push('readings', rows)
  await assert.rejects(
    driver.output('out'),
    /HR_NUMBER_NOT_JSON: value is Infinity \(job divided, step out, topic readings, partition 0, offset 1\)/,
  )
})
