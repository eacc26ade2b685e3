import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  array,
  double,
  job,
  long,
  record,
  sink,
  source,
  string,
  timestamp,
  topic,
} from '../../../engine/index.ts'
import { collect, count, filter, sum, tumbling } from '../../../operators/index.ts'
import { testJob } from '../../../testing/test-job.ts'
import { explain, idsOf } from '../../support/explain.ts'

const Click = record('Click', {
  id: long(),
  at: timestamp(),
  user: string(),
  kind: string(),
  value: double(),
})
const clicks = topic('clicks', Click, { time: 'at', key: 'user', lateness: '5ms' })
const Window = record('Window', {
  user: string(),
  windowStart: timestamp(),
  windowEnd: timestamp(),
  n: long(),
  total: double(),
  ids: array(long()),
})
const perUser = topic('per-user', Window, { key: 'user' })

const shop = job('shop', () => {
  source('clicks', clicks).pipe(
    filter(row => row.kind !== 'bot'),
    tumbling(
      'w',
      { by: 'user', size: '10ms' },
      { n: count(), total: sum('value'), ids: collect('id', { limit: 1000 }) },
    ),
    sink('out', perUser),
  )
})

function click(id: number, at: number, user = 'a', kind = 'view') {
  return { id, at, user, kind, value: id }
}

test('the records of a window, those that a filter dropped, and those that came too late', async t => {
  const driver = testJob(shop)
  t.after(() => driver.close())
  driver.push('clicks', [click(1, 1), click(2, 3, 'b'), click(3, 9), click(4, 4, 'a', 'bot'), click(5, 2)])
  driver.push('clicks', [click(6, 30), click(7, 5), click(8, 6, 'b')])
  const found = await explain(driver, shop, { topic: 'per-user', key: 'a', window: 0 })
  assert.deepEqual(found.row?.row, {
    user: 'a',
    windowStart: 0,
    windowEnd: 10,
    n: 3,
    total: 9,
    ids: [1, 5, 3],
  })
  assert.deepEqual(idsOf(found, 'taken'), [1, 3, 5])
  assert.deepEqual(idsOf(found, 'late'), [7])
  assert.deepEqual(idsOf(found, 'dropped'), [4])
})
