import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  features,
  int,
  job,
  long,
  record,
  sink,
  source,
  string,
  timestamp,
  topic,
} from '../../engine/index.ts'
import { count, flatMap, select, tumbling, union } from '../../operators/index.ts'
import { testJob } from '../../testing/index.ts'
import type { TestJob } from '../../testing/test-job.ts'
import type { Cut } from '../support/raw-log.ts'
import { runRaw } from '../support/raw-log.ts'

const Click = record('Click', { at: timestamp(), user: string(), looks: int() })
const clicks = topic('clicks', Click, { time: 'at', lateness: 0 })
const view = features('rows', { entity: 'user', fields: { looks: int() } })
const counts = features('rows', { entity: 'user', fields: { n: long() } })

/** Each row of the sink is an entity of its own: the record itself, and behind it what is made of it. */
const expanded = job('expanded', () => {
  const read = source('clicks', clicks)
  const made = read.pipe(
    flatMap({ user: string(), looks: int() }, ({ user, looks }) =>
      Array.from({ length: looks }, (_, look) => ({ user: `${user}.${look}`, looks })),
    ),
  )
  union(read.pipe(select('user', 'looks')), made).pipe(sink('rows', view))
})

const windowed = job('windowed', () => {
  source('clicks', clicks).pipe(
    tumbling('windows', { by: 'user', size: 10 }, { n: count() }),
    sink('rows', counts),
  )
})

async function positionsIn(driver: TestJob): Promise<ReadonlyMap<string, number>> {
  await driver
  const entities = driver.stores.features.get('rows@1') ?? new Map()
  const found = [...entities].map(([user, fields]): [string, number] => [
    user,
    [...fields.values()][0].position,
  ])
  await driver.close()
  return new Map(found)
}

test('rows have the positions of their records, and one another behind the point, however the log is cut', async () => {
  const looks = [2, 0, 4097, 1, 3]
  const records = looks.map((looks, k) => ({ value: JSON.stringify({ at: k, user: String(k), looks }) }))
  const expected = looks.flatMap((looks, k) => [
    [String(k), k] as const,
    // Of more than 4096 rows the last ones are not told apart.
    ...Array.from(
      { length: looks },
      (_, look) => [`${k}.${look}`, k + Math.min(look + 1, 4095) / 8192] as const,
    ),
  ])
  const cuts: Cut[][] = [
    [],
    [{ size: 1, restart: false }],
    [
      { size: 2, restart: true },
      { size: 1, restart: true },
    ],
  ]
  for (const cut of cuts) {
    assert.deepEqual(await positionsIn(runRaw(expanded, 'clicks', records, cut)), new Map(expected))
  }
})

test('what time alone has caused is behind all that was read, after a restart too', async () => {
  const row = (at: number) => ({ at, user: 'ann', looks: 0 })
  const live = testJob(windowed).push('clicks', [row(1), row(2)])
  assert.deepEqual(await positionsIn(live.advanceTo(50)), new Map([['ann', 1.5]]))
  const restarted = testJob(windowed)
    .push('clicks', [row(1), row(2)])
    .restart()
  assert.deepEqual(await positionsIn(restarted.advanceTo(50)), new Map([['ann', 1.5]]))
})
