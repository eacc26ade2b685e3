import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryHome } from '../../connectors/memory/home.ts'
import { plan } from '../../engine/graph/plan.ts'
import {
  double,
  features,
  int,
  job,
  long,
  nullable,
  record,
  series,
  sink,
  source,
  string,
  timestamp,
  topic,
} from '../../engine/index.ts'
import { JobRun } from '../../engine/run.ts'
import { count, mean, select, tumbling } from '../../operators/index.ts'
import { testJob } from '../../testing/index.ts'

const Click = record('Click', { at: timestamp(), user: string(), value: double() })
const clicks = topic('clicks', Click, { time: 'at', lateness: 0 })
const stats = features('user-stats', {
  entity: 'user',
  fields: { clicks: long({ max: 2 }), average: nullable(double()), streak: int() },
})
const Windowed = record('Windowed', { user: string(), windowEnd: timestamp(), clicks: long() })
const perUser = series('clicks', Windowed, { tags: ['user'], time: 'windowEnd' })

const both = job('both', () => {
  const counted = source('clicks', clicks).pipe(
    tumbling('w', { by: 'user', size: 10 }, { clicks: count(), average: mean(row => row.value) }),
  )
  counted.pipe(sink('stats', stats))
  counted.pipe(select('user', 'windowEnd', 'clicks'), sink('points', perUser))
})

const click = (at: number, user: string, value = 1) => ({ at, user, value })

test('what a job computes goes to views and series, and what a view does not take to the rejected rows', async () => {
  const driver = testJob(both).push('clicks', [
    click(1, 'a', 1),
    click(2, 'a', 2),
    click(3, 'b'),
    click(12, 'b', 5),
    click(13, 'c'),
    click(14, 'c'),
    click(15, 'c'),
    click(25, 'd'),
  ])
  await driver
  const refused = driver.home
    .partition('both.dead-letter', 0)
    .batches.map(({ bytes }) => Buffer.from(bytes).toString())
  assert.equal(refused.length, 1)
  assert.match(refused[0], /HR_VALUE_REFUSED.*clicks is 3, allowed are -Infinity to 2/)
  assert.deepEqual((await driver.inspect()).counts().newest, { 'user-stats': 19 })
  const { stores } = driver
  const view = stores.features.get('user-stats@1')
  const plain = [...(view ?? [])].map(([user, fields]) => [
    user,
    Object.fromEntries([...fields].map(([name, { value, time }]) => [name, [value, time]])),
  ])
  assert.deepEqual(plain, [
    ['a', { clicks: [2, 9], average: [1.5, 9] }],
    ['b', { clicks: [1, 19], average: [5, 19] }],
  ])
  assert.deepEqual(
    [...(stores.series.get('clicks')?.values() ?? [])].map(point => JSON.stringify(point)),
    [
      '{"time":10,"user":"a","windowEnd":10,"clicks":2}',
      '{"time":10,"user":"b","windowEnd":10,"clicks":1}',
      '{"time":20,"user":"b","windowEnd":20,"clicks":1}',
      '{"time":20,"user":"c","windowEnd":20,"clicks":3}',
    ],
  )
  await driver.close()
})

test('points of no time are rejected', async () => {
  const Loose = record('Loose', {
    at: timestamp(),
    user: nullable(string()),
    since: nullable(timestamp()),
    n: int(),
  })
  const sinces = series('sinces', Loose, { tags: ['user'], time: 'since' })
  const loose = job('loose', () => {
    source('rows', topic('rows', Loose, { time: 'at', lateness: 0 })).pipe(sink('points', sinces))
  })
  const driver = testJob(loose).push('rows', [
    { at: 1, user: 'a', since: null, n: 1 },
    { at: 2, user: null, since: 7, n: 2 },
  ])
  await driver
  const refused = driver.home
    .partition('loose.dead-letter', 0)
    .batches.map(({ bytes }) => String(Buffer.from(bytes)))
  assert.match(refused.join(), /HR_VALUE_REFUSED.*since is null/)
  const { points } = await driver.stores.seriesStore.query({ series: 'sinces' })
  assert.deepEqual(
    points.map(({ time, tags }) => [time, tags]),
    [[7, {}]],
  )
  await driver.close()
})

test('a stream that does not fit a view is refused when the job is looked at', () => {
  const noFields = job('none', () => {
    source('clicks', clicks).pipe(select('at', 'user'), sink('stats', stats as never))
  })
  assert.throws(() => plan(noFields), /HR_SINK_MISMATCH: the stream has none of the fields/)
  const noEntity = job('nobody', () => {
    source('clicks', clicks).pipe(select('value'), sink('stats', stats as never))
  })
  assert.throws(() => plan(noEntity), /HR_SINK_MISMATCH: the entity "user"/)
  const Loose = record('Loose', { user: nullable(string()), clicks: long() })
  const maybeNobody = job('maybe-nobody', () => {
    // As a stream may be typed that somebody else has made.
    source('rows', topic('rows', Loose)).pipe(sink('stats', stats as never))
  })
  assert.throws(() => plan(maybeNobody), /HR_SINK_MISMATCH: the column "user" may be null, but the entity/)
})

test('without stores a job that needs them says so before it reads', async () => {
  const home = new MemoryHome()
  await home.createTopic('clicks', 1)
  await assert.rejects(
    JobRun.open(both, { home }),
    /HR_STORE_MISSING: no store is configured for features "user-stats"/,
  )
})
