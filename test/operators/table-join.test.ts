import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RecordBatchBuilder } from '../../engine/codec/record/write.ts'
import {
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
  table,
  timestamp,
  topic,
} from '../../engine/index.ts'
import { max, select, tableJoin, tumbling } from '../../operators/index.ts'
import type { TestJob } from '../../testing/test-job.ts'
import { testJob } from '../../testing/test-job.ts'
import { checkCuts } from '../support/operator-cases.ts'
import { assertProperty } from '../support/property.ts'

const lateness = 5
const Click = record('Click', { at: timestamp(), user: string(), n: int() })
const clicks = topic('clicks', Click, { time: 'at', lateness })
const User = record('User', { name: string(), since: timestamp(), city: nullable(string()) })
const patient = topic('users', User, {
  time: 'since',
  lateness,
  key: 'name',
  fromKey: 'name',
  idleAfter: '1h',
})
const Joined = record('Joined', { at: timestamp(), user: string(), n: int(), city: nullable(string()) })
const by = { stream: 'user', table: 'name' } as const

function withCity(users: typeof patient) {
  return job('with-city', () => {
    const [stream, versions] = [source('clicks', clicks), table('users', users)]
    const take = ['city'] as const
    tableJoin('known', stream, versions, { by, take }).pipe(sink('joined', topic('joined', Joined)))
    tableJoin('any', stream, versions, { by, take, type: 'left' }).pipe(sink('all', topic('all', Joined)))
    late('known', stream).pipe(sink('missed', topic('missed', Click)))
  })
}

const name = fc.constantFrom('', 'ann', 'bob')
const anyClick = fc.record({ at: fc.nat(60), user: name, n: fc.nat(9) }, { noNullPrototype: true })
const anyUser = fc.record(
  { name, since: fc.nat(60), city: fc.constantFrom('Bonn', 'Ulm', null) },
  { noNullPrototype: true },
)

/** The rows with the time from which they hold: their own, or the watermark if they come later than that. */
function dated<T>(
  rows: readonly T[],
  timeOf: (row: T) => number,
): { row: T; time: number; watermark: number }[] {
  let watermark = Number.NEGATIVE_INFINITY
  return rows.map(row => {
    watermark = Math.max(watermark, timeOf(row) - lateness)
    return { row, time: Math.max(timeOf(row), watermark), watermark }
  })
}

test('finds the version that holds at the time of the row, however the two are interleaved', async () => {
  const property = fc.asyncProperty(
    fc.array(anyClick, { maxLength: 30 }),
    fc.array(anyUser, { maxLength: 30 }),
    async (stream, users) => {
      const versions = dated(users, row => row.since).toSorted((a, b) => a.time - b.time)
      const rows = dated(stream, row => row.at)
      const inTime = rows.filter(({ row, watermark }) => row.at >= watermark).map(({ row }) => row)
      const holds = (row: { user: string; at: number }) =>
        versions.findLast(version => version.row.name === row.user && version.time <= row.at)
      const expected = {
        joined: inTime.filter(holds).map(row => ({ ...row, city: holds(row)!.row.city })),
        all: inTime.map(row => ({ ...row, city: holds(row)?.row.city ?? null })),
        missed: rows.filter(({ row, watermark }) => row.at < watermark).map(({ row }) => row),
      }
      await checkCuts(withCity(patient), { clicks: stream, users }, expected, { runs: 3, advanceTo: 1000 })
    },
  )
  await assertProperty(property, 20)
})

const users = topic('users', User, { time: 'since', lateness, key: 'name', fromKey: 'name' })
const encoder = new TextEncoder()

/** One record that deletes a key. */
function remove(driver: TestJob, key: string, time: number): TestJob {
  const builder = new RecordBatchBuilder()
  builder.append(time, encoder.encode(key), null)
  return driver.pushRaw('users', 0, builder.build())
}

test('a table that has been read to its end keeps nobody waiting', async () => {
  const driver = testJob(withCity(users))
  driver.push('users', [{ name: 'ann', since: 3, city: 'Bonn' }])
  driver.push('clicks', [{ at: 50, user: 'ann', n: 1 }])
  assert.deepEqual(await driver.output('joined'), [{ at: 50, user: 'ann', n: 1, city: 'Bonn' }])
  driver.push('users', [{ name: 'ann', since: 4, city: 'Ulm' }])
  driver.push('clicks', [
    { at: 50, user: 'ann', n: 2 },
    { at: 44, user: 'ann', n: 3 },
  ])
  const message = 'what comes late holds from the watermark on, which was 45'
  assert.deepEqual(await driver.output('joined'), [{ at: 50, user: 'ann', n: 2, city: 'Ulm' }], message)
  assert.deepEqual(await driver.output('missed'), [{ at: 44, user: 'ann', n: 3 }])
})

test('a row waits for a table that is behind, across a restart', async () => {
  const driver = testJob(withCity(patient))
  driver.push('users', [{ name: 'ann', since: 3, city: 'Bonn' }])
  driver.push('clicks', [{ at: 20, user: 'ann', n: 1 }])
  assert.deepEqual(await driver.output('joined'), [])
  driver.restart().push('users', [
    { name: 'ann', since: 20, city: 'Ulm' },
    { name: 'ann', since: 25, city: 'Hof' },
  ])
  assert.deepEqual(await driver.output('joined'), [], 'another version of 20 may come')
  driver.push('users', [{ name: 'bob', since: 26, city: null }])
  assert.deepEqual(await driver.output('joined'), [{ at: 20, user: 'ann', n: 1, city: 'Ulm' }])
})

test('when a table falls idle, rows that wait for it go on', async () => {
  const driver = testJob(withCity(patient))
  driver.push('users', [{ name: 'ann', since: 30, city: 'Bonn' }])
  driver.push('clicks', [{ at: 31, user: 'ann', n: 1 }])
  assert.deepEqual(await driver.output('joined'), [])
  driver.advanceClock(3_600_000)
  assert.deepEqual(await driver.output('joined'), [{ at: 31, user: 'ann', n: 1, city: 'Bonn' }])
})

test('a record without a value deletes its key from its own time on', async () => {
  const driver = testJob(withCity(patient))
  driver.push('users', [{ name: 'ann', since: 1, city: 'Bonn' }])
  remove(driver, 'ann', 10)
  remove(driver, 'nobody', 12).restart()
  driver.push('users', [
    { name: 'ann', since: 20, city: 'Ulm' },
    { name: 'bob', since: 40, city: null },
  ])
  driver.push('clicks', [
    { at: 9, user: 'ann', n: 1 },
    { at: 10, user: 'ann', n: 2 },
    { at: 13, user: 'nobody', n: 3 },
    { at: 20, user: 'ann', n: 4 },
  ])
  assert.deepEqual(await driver.output('all'), [
    { at: 9, user: 'ann', n: 1, city: 'Bonn' },
    { at: 10, user: 'ann', n: 2, city: null },
    { at: 13, user: 'nobody', n: 3, city: null },
    { at: 20, user: 'ann', n: 4, city: 'Ulm' },
  ])
  assert.equal((await driver.output('joined')).length, 2)
})

test('without fromKey nothing says what such a record deletes: it is rejected', async () => {
  const keyless = topic('users', User, { key: 'name' })
  const driver = testJob(withCity(keyless))
  remove(driver, 'ann', 10)
  assert.equal(await driver.deadLetters(), 1)
})

test('versions and keys that nobody can ask for are let go of', async () => {
  const driver = testJob(withCity(users))
  for (let from = 0; from < 6000; from += 500) {
    const some = Array.from({ length: 500 }, (_, i) => from + i)
    driver.push(
      'users',
      some.map(since => ({ name: `user ${since % 7}`, since, city: `city ${since}` })),
    )
    for (const time of some.filter(time => time % 10 === 0)) remove(driver, `gone ${time}`, time)
    driver.push(
      'clicks',
      some.map(at => ({ at, user: `user ${at % 7}`, n: 0 })),
    )
    if (from % 2000 === 0) driver.restart()
  }
  const joined = await driver.output<{ at: number; city: string }>('joined')
  assert.equal(joined.length, 6000)
  assert.ok(joined.every(({ at, city }) => city === `city ${at}`))
  const { tasks } = await driver.inspect()
  const step = tasks[0]!.steps.find(({ id }) => id === 'known')!.running as unknown as {
    versions: { rows: { size: number } }
  }
  assert.ok(step.versions.rows.size < 2500, `${step.versions.rows.size} versions`)
})

test('the results of another step as the table', async () => {
  const Reading = record('Reading', { at: timestamp(), room: long(), degrees: double() })
  const readings = topic('readings', Reading, { time: 'at', lateness: 0 })
  const Warmest = record('Warmest', { at: timestamp(), room: long(), warmest: nullable(double()) })
  const compared = job('compared', () => {
    const rows = source('readings', readings)
    const windows = rows.pipe(tumbling('windows', { by: 'room', size: 10 }, { warmest: max('degrees') }))
    tableJoin('compared', rows, windows, { by: 'room', take: ['warmest'], type: 'left' }).pipe(
      select('at', 'room', 'warmest'),
      sink('warmest', topic('warmest', Warmest)),
    )
  })
  const rows = Array.from({ length: 40 }, (_, at) => ({ at, room: at % 2, degrees: at }))
  const warmest = rows.map(({ at, room }) => {
    const lastWindow = Math.floor((at + 1) / 10) * 10
    const own = rows.filter(row => row.room === room && row.at < lastWindow && row.at >= lastWindow - 10)
    return { at, room, warmest: own.at(-1)?.degrees ?? null }
  })
  await checkCuts(compared, { readings: rows }, { warmest }, { advanceTo: 1000 })
})
