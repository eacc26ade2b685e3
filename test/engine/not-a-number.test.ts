import assert from 'node:assert/strict'
import { test } from 'node:test'
import { double, job, long, record, sink, source, topic } from '../../engine/index.ts'
import { testJob } from '../../testing/index.ts'
import { topicOf } from '../support/memory-runs.ts'

const Reading = record('Reading', { id: long(), value: double() })
const odd = [1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 5e-324]
const rows = odd.map((value, id) => ({ id, value }))

test('Avro has NaN and the infinities: they pass as they are, where JSON is written they are rejected', async () => {
  const copied = job(
    'copied',
    () => {
      const readings = source('in', topic('readings', Reading, { format: 'avro' }))
      readings.pipe(sink('avro', topic('avro', Reading, { format: 'avro' })))
      readings.pipe(sink('json', topic('json', Reading)))
    },
    { onError: 'reject' },
  )
  const driver = testJob(copied).push('readings', rows)
  assert.deepEqual(await driver.output('avro'), rows)
  assert.deepEqual(await driver.output('json'), [rows[0], { id: 4, value: 0 }, rows[5]])
  const letters = topicOf(driver.home, 'copied.dead-letter').flat()
  assert.deepEqual(
    letters.map(({ headers }) => Object.fromEntries(headers)['headrace.offset']),
    ['1', '2', '3'],
  )
  await driver.close()
})

test('an event time that is no number, or before 1970, or beyond all dates, is rejected', async () => {
  const timed = job('timed', () => {
    const readings = topic('readings', Reading, {
      format: 'avro',
      time: 'value',
      lateness: 0,
      maxFuture: 1e300,
    })
    source('in', readings).pipe(sink('out', topic('out', Reading, { format: 'avro' })))
  })
  const times = [1, Number.NaN, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 8.64e15 + 2, 8.64e14]
  const all = times.map((value, id) => ({ id, value }))
  const driver = testJob(timed).push('readings', all, { timestamps: times.map(() => 5) })
  assert.deepEqual(
    (await driver.output('out')).map(({ id }) => id),
    [0, 6],
  )
  const letters = topicOf(driver.home, 'timed.dead-letter').flat()
  assert.deepEqual(
    letters.map(({ headers }) => Object.fromEntries(headers)['headrace.code']),
    new Array(5).fill('HR_TIME_INVALID'),
  )
  await driver.close()
})
