import assert from 'node:assert/strict'
import { test } from 'node:test'
import { job, late, long, record, sink, source, table, timestamp, topic } from '../../engine/index.ts'
import { count, select, tumbling, union } from '../../operators/index.ts'
import { testJob } from '../../testing/index.ts'

const Click = record('Click', { at: timestamp(), user: long() })
const Counts = record('Counts', { user: long(), windowStart: timestamp(), windowEnd: timestamp(), n: long() })
const counts = topic('counts', Counts)
const timing = { time: 'at', lateness: 2 } as const
const left = topic('left', Click, { ...timing, idleAfter: 100 })
const right = topic('right', Click, { ...timing, idleAfter: 100 })
const row = (at: number, user = 1) => ({ at, user })
const counted = (start: number, n: number, user = 1) => ({
  user,
  windowStart: start,
  windowEnd: start + 10,
  n,
})

const single = job('single', () => {
  source('left', left).pipe(
    tumbling('windows', { by: 'user', size: 10 }, { n: count() }),
    sink('counts', counts),
  )
})

const pair = job('pair', () => {
  const rows = union(source('left', left), source('right', right))
  rows.pipe(tumbling('windows', { by: 'user', size: 10 }, { n: count() }), sink('counts', counts))
  late('windows', rows).pipe(sink('late', topic('late', Click)))
})

test('the watermark follows the largest event time, row by row, less the lateness', async () => {
  const driver = testJob(single).push('left', [row(3), row(20), row(15), row(7), row(18)])
  const [task] = (await driver.inspect()).tasks
  assert.equal(task?.clock.watermark, 18)
  assert.deepEqual(await driver.output('counts'), [counted(0, 1)])
  assert.equal(task?.steps[0]?.context.counters.late, 1)
  assert.deepEqual([...(task?.steps[0]?.context.counters.lateByWindow ?? [])], [[0, 1]])
  await driver.close()
})

test('a quiet partition closes its windows as time goes on, and not before', async () => {
  const driver = testJob(single)
    .push('left', [row(3)])
    .advanceClock(99)
  assert.deepEqual(await driver.output('counts'), [])
  driver.advanceClock(1)
  assert.deepEqual(await driver.output('counts'), [counted(0, 1)])
  const marks = driver.home.marks.get('single')
  assert.deepEqual(marks, [{ task: '0-0', kind: 'time', input: 0, positions: [1], time: 101 }])
  driver.push('left', [row(50), row(105)])
  assert.deepEqual(await driver.output('counts'), [])
  const [task] = (await driver.inspect()).tasks
  assert.equal(task?.steps[0]?.context.counters.late, 1)
  await driver.close()
})

test('a partition that is never idle waits for ever', async () => {
  const patient = job('patient', () => {
    source('left', topic('left', Click, timing)).pipe(
      tumbling('windows', { by: 'user', size: 10 }, { n: count() }),
      sink('counts', counts),
    )
  })
  const driver = testJob(patient)
    .push('left', [row(3)])
    .advanceClock(1e9)
  assert.deepEqual(await driver.output('counts'), [])
  assert.equal((await driver.inspect()).tasks[0]?.patience(), Number.POSITIVE_INFINITY)
  await driver.close()
})

test('an idle input stops holding the other back; when it wakes, its rows are judged where the other is', async () => {
  const driver = testJob(pair)
    .push('left', [row(3)])
    .push('right', [row(4), row(25)])
  assert.deepEqual(await driver.output('counts'), [])
  driver
    .advanceClock(60)
    .push('right', [row(32)])
    .advanceClock(50)
  assert.deepEqual(await driver.output('counts'), [counted(0, 2), counted(20, 1)])
  driver.push('left', [row(5), row(29), row(33)])
  assert.deepEqual(await driver.output('late'), [row(5), row(29)])
  assert.deepEqual(driver.home.marks.get('pair'), [
    { task: '0-0', kind: 'idle', input: 0, positions: [1, 3], time: 1 },
    { task: '0-0', kind: 'awake', input: 0, positions: [1, 3], time: 30 },
  ])
  await driver.close()
})

test('an input that fell idle is still so after a restart, and judged the same when it wakes', async () => {
  const outputs = []
  for (const restarts of [false, true]) {
    const driver = testJob(pair)
      .push('left', [row(3)])
      .push('right', [row(4)])
    driver
      .advanceClock(60)
      .push('right', [row(31)])
      .advanceClock(50)
    if (restarts) driver.restart()
    driver.push('left', [row(5), row(29), row(33)]).push('right', [row(50)])
    outputs.push([await driver.output('counts'), await driver.output('late')])
    await driver.close()
  }
  assert.deepEqual(outputs[1], outputs[0])
  assert.deepEqual(outputs[0]?.[1], [row(5)])
})

test('a table holds nothing back: it is idle at once', async () => {
  const Name = record('Name', { user: long(), at: timestamp() })
  const named = job('named', () => {
    const names = table('names', topic('names', Name, { fromKey: 'user', time: 'at', lateness: 0 }))
    const clicks = source('left', topic('left', Click, timing))
    union(clicks, names.pipe(select('at', 'user'))).pipe(
      tumbling('windows', { by: 'user', size: 10 }, { n: count() }),
      sink('counts', counts),
    )
  })
  const driver = testJob(named).push('left', [row(3), row(14)])
  assert.deepEqual(await driver.output('counts'), [counted(0, 1)])
  await driver.close()
})
