import assert from 'node:assert/strict'
import { test } from 'node:test'
import { double, job, long, record, sink, source, string, timestamp, topic } from '../../engine/index.ts'
import { select, tumbling } from '../../operators/index.ts'
import { testJob } from '../../testing/test-job.ts'
import { checkCuts, outputOf } from '../support/operator-cases.ts'

const Click = record('Click', { at: timestamp(), user: long(), page: string(), value: double() })
const clicks = topic('clicks', Click, { time: 'at', lateness: 0 })
const rows = Array.from({ length: 30 }, (_, at) => ({ at, user: at % 3, page: `page ${at}`, value: at / 2 }))

test('keeps columns by name, and under new names', async () => {
  const Who = record('Who', { page: string(), user: long() })
  const Renamed = record('Renamed', { who: long(), again: long(), where: string() })
  const picked = job('picked', () => {
    const all = source('clicks', clicks)
    all.pipe(select('user', 'page'), sink('who', topic('who', Who)))
    all.pipe(
      select({ who: 'user', again: 'user', where: 'page' }),
      sink('renamed', topic('renamed', Renamed)),
    )
  })
  const expected = {
    who: rows.map(({ user, page }) => ({ page, user })),
    renamed: rows.map(({ user, page }) => ({ who: user, again: user, where: page })),
  }
  await checkCuts(picked, { clicks: rows }, expected)
  assert.deepEqual(await outputOf(picked, { clicks: [] }, 'who'), [])
})

test('rows keep their time without its column', async () => {
  const Window = record('Window', { user: long(), windowStart: timestamp() })
  const windows = job('windows', () => {
    source('clicks', clicks).pipe(
      select('user'),
      tumbling('windows', { by: 'user', size: 10 }, {}),
      select('user', 'windowStart'),
      sink('out', topic('out', Window)),
    )
  })
  const expected = [0, 10].flatMap(windowStart =>
    [0, 1, 2].map(k => ({ user: (windowStart + k) % 3, windowStart })),
  )
  await checkCuts(windows, { clicks: rows }, { out: expected })
})

test('a column that is not there is found before a record is read', async () => {
  const wrong = (...names: string[]) =>
    job('wrong', () => {
      const picked = source('clicks', clicks).pipe(select(...(names as never[])))
      picked.pipe(sink('out', topic('out', record('Any', {}))))
    })
  const rejects = (names: string[], reason: RegExp) =>
    assert.rejects(async () => await testJob(wrong(...names)), reason)
  await rejects(
    ['user', 'usr'],
    /HR_COLUMN_UNKNOWN: there is no column "usr": there are at, user, page, value/,
  )
  await rejects([], /HR_COLUMN_UNKNOWN: no column is selected/)
})
