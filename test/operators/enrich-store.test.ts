import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryHome } from '../../connectors/memory/home.ts'
import { HeadraceError } from '../../engine/errors.ts'
import {
  features,
  job,
  long,
  nullable,
  record,
  sink,
  source,
  string,
  timestamp,
  topic,
} from '../../engine/index.ts'
import { limits } from '../../engine/limits.ts'
import { JobRun } from '../../engine/run.ts'
import type { EnrichOptions } from '../../operators/index.ts'
import { enrich } from '../../operators/index.ts'
import type { TestJob } from '../../testing/test-job.ts'
import { testJob } from '../../testing/test-job.ts'

const Click = record('Click', { at: timestamp(), user: string() })
const clicks = topic('clicks', Click, { time: 'at', lateness: 5 })
const stats = features('user-stats', { entity: 'user', fields: { clicks: long() } })
const Plain = record('Plain', { ...Click.fields, clicks: nullable(long()) })

const lookUp = (options: Partial<EnrichOptions<'user', ['clicks'], 'null'>> = {}) =>
  job('enriched', () => {
    source('clicks', clicks).pipe(
      enrich('stats', stats, { by: 'user', take: ['clicks'], ...options }),
      sink('out', topic('out', Plain)),
    )
  })

const at = (...users: string[]) => users.map((user, index) => ({ at: index, user }))
const fill = (driver: TestJob) => driver.stores.fill(stats, [{ user: 'a', clicks: 7 }], 0)

test('a cache remembers answers, no values among them, for its time and up to its size', async () => {
  const driver = testJob(lookUp({ cache: { entries: 2, ttl: '1s' } }))
  const asked: string[] = []
  driver.stores.onLookup = entities => {
    asked.push(entities.join())
  }
  fill(driver)
  await driver.push('clicks', at('a', 'b')).push('clicks', at('b', 'a'))
  await driver.advanceClock(999).push('clicks', at('a'))
  assert.deepEqual(asked, ['a,b'])
  await driver.advanceClock(1).push('clicks', at('a', 'b'))
  assert.deepEqual(asked, ['a,b', 'a,b'])
  await driver.push('clicks', at('c')).push('clicks', at('b')).push('clicks', at('a'))
  assert.deepEqual(asked, ['a,b', 'a,b', 'c', 'a'])
  const [lookup] = (await driver.inspect()).tasks[0].build.lookups
  const { asked: entities, remembered, failed } = lookup.counters
  assert.deepEqual([entities, remembered, failed], [6, 4, 0])
  const values = (await driver.output<{ clicks: number }>('out')).map(row => row.clicks)
  assert.deepEqual(values, [7, null, null, 7, 7, 7, null, null, null, 7])
  await driver.close()
})

test('an answer that does not come is asked for again, and said once; no row is without it', async () => {
  const driver = testJob(lookUp({ timeout: '2s' }))
  const notices = noticesOf(driver)
  fill(driver)
  const attempts = waitingLookups(driver)
  driver.push('clicks', at('a'))
  await attempts.reached(3)
  attempts.letGo()
  assert.deepEqual(await driver.output('out'), [{ at: 0, user: 'a', clicks: 7 }])
  assert.deepEqual(notices, [
    'look-ups of "stats" in feature view "user-stats" fail and are tried again: the store gave no answer within 2000 ms',
    'look-ups of "stats" in feature view "user-stats" are answered again',
  ])
  await driver.close()
})

test('what may pass is tried again', async () => {
  const driver = testJob(lookUp())
  const notices = noticesOf(driver)
  fill(driver)
  const attempts = waitingLookups(driver, count => {
    if (count < 5) throw new HeadraceError('HR_STORE_UNREACHABLE', 'it is away')
  })
  driver.push('clicks', at('a'))
  await attempts.reached(5)
  attempts.letGo()
  assert.deepEqual(await driver.output('out'), [{ at: 0, user: 'a', clicks: 7 }])
  assert.match(notices[0], /are tried again: it is away$/)
  assert.equal(notices.length, 2)
  await driver.close()
})

test('a store that never answers fails the job, with a code that says another attempt may help', async () => {
  const driver = testJob(lookUp({ timeout: limits.storeRetryMs / 2 }))
  const attempts = waitingLookups(driver)
  driver.push('clicks', at('a'))
  await attempts.reached(2)
  driver.clock.advance(limits.storeRetryMs / 2)
  await assert.rejects(driver.output('out'), (error: Error & { retryable?: boolean }) => {
    assert.match(error.message, /HR_STORE_TIMEOUT: the store gave no answer.*job enriched, step stats/)
    return error.retryable === true
  })
})

test('what a store fails with fails the job at once', async () => {
  const driver = testJob(lookUp())
  driver.stores.onLookup = () => Promise.reject(new Error('gone'))
  await assert.rejects(driver.push('clicks', at('a')).output('out'), /HR_STEP_FAILED: gone.*step stats/)
})

test('without a store the job says so before it reads', async () => {
  const home = new MemoryHome()
  await home.createTopic('clicks', 1)
  await assert.rejects(
    JobRun.open(lookUp(), { home }),
    /HR_STORE_MISSING: no store is configured for feature view "user-stats".*step stats/,
  )
})

/** Look-ups that are under way until they are let go. */
function waitingLookups(driver: TestJob, meet: (count: number) => void = () => {}) {
  let count = 0
  const { promise, resolve } = Promise.withResolvers<void>()
  driver.stores.onLookup = async () => {
    meet(++count)
    await promise
  }
  /** Lets time pass until the store has been asked so often. */
  const reached = async (attempts: number) => {
    for (;;) {
      // Whoever waits for the clock has asked it by then.
      await new Promise(setImmediate)
      if (count >= attempts) return
      if (count > 0) driver.clock.advance(100)
    }
  }
  return { reached, letGo: resolve }
}

function noticesOf(driver: TestJob): string[] {
  const notices: string[] = []
  Object.assign(driver.stores, { notify: (message: string) => notices.push(message) })
  return notices
}
