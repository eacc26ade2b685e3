import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryHome, MemoryPartition } from '../../connectors/memory/home.ts'
import { isHeadraceError } from '../../engine/errors.ts'
import type { ErrorCode, Job, Row, Stream } from '../../engine/index.ts'
import {
  double,
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
import type { Evolution } from '../../engine/recovery/task-state.ts'
import type { RunOptions } from '../../engine/run.ts'
import { JobRun } from '../../engine/run.ts'
import { ManualClock } from '../../engine/time/clock.ts'
import type { Aggregate } from '../../operators/index.ts'
import { count, countWindow, max, session, sliding, sum, tumbling } from '../../operators/index.ts'
import { topicOf } from '../support/memory-runs.ts'
import { rawBatch } from '../support/raw-log.ts'

const Click = record('Click', { at: timestamp(), user: long(), name: string(), value: long() })
const timing = { time: 'at', lateness: 0 } as const
const bounds = { windowStart: timestamp(), windowEnd: timestamp() }
const Counts = record('Counts', { ...bounds, n: long() })
const Most = record('Most', { ...bounds, n: long(), most: nullable(long()) })
const Doubles = record('Doubles', { ...bounds, n: long(), most: nullable(double()) })
const Only = record('Only', { ...bounds, most: nullable(long()) })

const counts = (id = 'windows', size = 10, by: 'user' | 'name' = 'user', from = 'clicks') =>
  job('job', () => {
    source('in', topic(from, Click, timing)).pipe(
      tumbling(id, { by, size }, { n: count() }),
      sink('out', topic('out', Counts)),
    )
  })
const withMost = job('job', () => {
  source('in', topic('clicks', Click, timing)).pipe(
    tumbling(
      'windows',
      { by: 'user', size: 10 },
      { n: count(), most: max(row => row.value, nullable(long())) },
    ),
    sink('out', topic('out', Most)),
  )
})
const onlyMost = job('job', () => {
  source('in', topic('clicks', Click, timing)).pipe(
    tumbling('windows', { by: 'user', size: 10 }, { most: max(row => row.value, nullable(long())) }),
    sink('out', topic('out', Only)),
  )
})
const without = job('job', () => {
  source('in', topic('clicks', Click, timing)).pipe(sink('out', topic('out', Click)))
})

/** Runs a version of the job over one more batch of values at these times, and leaves it as a crash would. */
async function run(of: Job, home: MemoryHome, times: readonly number[], options: Partial<RunOptions> = {}) {
  const changes: Evolution[] = []
  const onEvolution = (some: readonly Evolution[]) => changes.push(...some)
  const opened = await JobRun.open(of, { home, clock: new ManualClock(), onEvolution, ...options })
  const rows = times.map(at => JSON.stringify({ at, user: 1, name: 'ann', value: at }))
  const partition = home.partition('clicks', 0)
  partition.append(rawBatch(rows.map(value => ({ value }))))
  partition.publish()
  while (await opened.turn()) await opened.commit()
  await opened.commit()
  await opened.close()
  const written = topicOf(home, 'out').flat()
  return { changes, rows: written.map(({ value }) => JSON.parse(value ?? '')) }
}

async function homeAfter(of: Job, times: readonly number[], partitions = 1): Promise<MemoryHome> {
  const home = new MemoryHome()
  await home.createTopic('clicks', partitions)
  await run(of, home, times)
  return home
}

async function refuses(of: Job, home: MemoryHome, code: ErrorCode, about: RegExp): Promise<void> {
  await assert.rejects(run(of, home, [5]), (error: unknown) => {
    assert.ok(isHeadraceError(error, code), String(error))
    assert.match(error.message, about)
    assert.ok(error.advice.length > 0)
    return true
  })
}

const window = { windowStart: 0, windowEnd: 10 }

test('nothing has changed, nothing is said, and the windows go on', async () => {
  const home = await homeAfter(counts(), [1, 2])
  const { changes, rows } = await run(counts(), home, [3, 10])
  assert.deepEqual([changes, rows], [[], [{ ...window, n: 3 }]])
})

test('an aggregate that is added starts empty, and this is said', async () => {
  const home = await homeAfter(counts(), [1, 9])
  const { changes, rows } = await run(withMost, home, [3, 10])
  assert.deepEqual(changes, [{ step: 'windows', dropped: [], added: ['most'] }])
  assert.deepEqual(rows, [{ ...window, n: 3, most: 3 }])
})

type ClickRow = Row<typeof Click>
interface Counted {
  readonly [name: string]: Aggregate<ClickRow, number>
  readonly n: Aggregate<ClickRow, number>
}
const plain: Counted = { n: count() }
const summed: Counted = { n: count(), total: sum('value') }
const topped: Counted = { n: count(), most: max('value') }
const windowings = {
  tumbling: (rows: Stream<ClickRow>, of: Counted) =>
    rows.pipe(tumbling('windows', { by: 'user', size: 10 }, of)),
  sliding: (rows: Stream<ClickRow>, of: Counted) =>
    rows.pipe(sliding('windows', { by: 'user', size: 10, every: 5 }, of)),
  session: (rows: Stream<ClickRow>, of: Counted) =>
    rows.pipe(session('windows', { by: 'user', gap: 10 }, of)),
  countWindow: (rows: Stream<ClickRow>, of: Counted) =>
    rows.pipe(countWindow('windows', { by: 'user', size: 3 }, of)),
}

for (const [name, windows] of Object.entries(windowings)) {
  const over = (of: Counted) =>
    job('job', () => {
      windows(source('in', topic('clicks', Click, timing)), of).pipe(
        sink('out', topic('out', record('N', { n: long() }))),
      )
    })
  test(`${name}: an added aggregate without a value for what is open is refused, with the ways out`, async () => {
    const home = await homeAfter(over(plain), [1])
    await refuses(over(topped), home, 'HR_STATE_INCOMPATIBLE', /"most".*nullable.*step windows/)
    const { changes } = await run(over(summed), home, [2])
    assert.deepEqual(changes, [{ step: 'windows', dropped: [], added: ['total'] }])
    await run(over(topped), home, [3], { resetSteps: ['windows'] })
  })
}

test('an aggregate that is removed is dropped, and this is said; it does not come back', async () => {
  const home = await homeAfter(withMost, [1, 9])
  const { changes } = await run(counts(), home, [3])
  assert.deepEqual(changes, [{ step: 'windows', dropped: ['most'], added: [] }])
  const { rows } = await run(withMost, home, [4, 10])
  assert.deepEqual(rows, [{ ...window, n: 4, most: 4 }])
})

test('all aggregates may be others', async () => {
  const home = await homeAfter(counts(), [1, 9])
  const { changes, rows } = await run(onlyMost, home, [3, 10])
  assert.deepEqual(changes, [{ step: 'windows', dropped: ['n'], added: ['most'] }])
  assert.deepEqual(rows, [{ ...window, most: 3 }])
})

test('windows of another size, or by another key, do not fit the stored ones', async () => {
  const home = await homeAfter(counts(), [1])
  await refuses(counts('windows', 20), home, 'HR_STATE_INCOMPATIBLE', /sizeMs.*step windows/)
  await refuses(counts('windows', 10, 'name'), home, 'HR_STATE_INCOMPATIBLE', /key string.*step windows/)
  const { rows } = await run(counts(), home, [10])
  assert.equal(rows.length, 1)
})

test('a step that is reset begins anew', async () => {
  const home = await homeAfter(counts(), [1, 2])
  const { changes, rows } = await run(counts('windows', 20), home, [3, 25], { resetSteps: ['windows'] })
  assert.deepEqual(changes, [])
  assert.deepEqual(rows, [{ windowStart: 0, windowEnd: 20, n: 1 }])
})

test('a step to be reset has to be one of the job or of its state', async () => {
  const home = await homeAfter(counts(), [1])
  const typo = (error: unknown) => isHeadraceError(error, 'HR_STEP_UNKNOWN')
  await assert.rejects(run(counts(), home, [2], { resetSteps: ['window'] }), typo)
})

test('a step that is gone takes its state along, and so does one with another id', async () => {
  const gone = [{ step: 'windows', dropped: ['its whole state'], added: [] }]
  const removed = await homeAfter(counts(), [1])
  assert.deepEqual((await run(without, removed, [2])).changes, gone)
  const renamed = await homeAfter(counts(), [1])
  const { changes, rows } = await run(counts('others'), renamed, [2, 10])
  assert.deepEqual([changes, rows], [gone, [{ ...window, n: 1 }]])
})

test('another topic behind the same source is refused: a position means nothing there', async () => {
  const home = await homeAfter(counts(), [1])
  await home.createTopic('other', 1)
  const about = /topic clicks up to offset 1, now it is to read other/
  await refuses(counts('windows', 10, 'user', 'other'), home, 'HR_STATE_INCOMPATIBLE', about)
})

test('fewer partitions than there is state for are refused', async () => {
  const home = await homeAfter(counts(), [1], 2)
  home.topics.get('clicks')?.pop()
  await refuses(counts(), home, 'HR_STATE_INCOMPATIBLE', /state of task 0-1/)
})

test('more partitions are refused where keys have state, since they would go elsewhere', async () => {
  const home = await homeAfter(counts(), [1])
  const stateless = await homeAfter(without, [1])
  for (const grown of [home, stateless]) grown.topics.get('clicks')?.push(new MemoryPartition())
  await refuses(counts(), home, 'HR_STATE_INCOMPATIBLE', /no state of task 0-1.*step windows/)
  assert.equal((await run(without, stateless, [2])).rows.length, 2)
  const { rows } = await run(counts(), home, [3, 10], { resetSteps: ['windows'] })
  assert.deepEqual(rows, [{ ...window, n: 1 }])
})

test('what a failed turn has done is not to be seen, and is done again', async () => {
  let broken = true
  const picky = job('job', () => {
    const value = topic('clicks', Click, timing)
    source('in', value).pipe(
      tumbling('windows', { by: 'user', size: 10 }, { n: count(), most: max(row => explode(row.value)) }),
      sink('out', topic('out', Doubles)),
    )
  })
  const explode = (value: number) => {
    if (broken && value === 30) throw new Error('thirty')
    return value
  }
  const home = await homeAfter(picky, [1])
  const failing = run(picky, home, [2, 12, 30])
  await assert.rejects(failing, /HR_LAMBDA_THREW.*step windows, topic clicks, partition 0, offset 3/)
  assert.deepEqual(topicOf(home, 'out').flat(), [])
  broken = false
  const { rows } = await run(picky, home, [31])
  assert.deepEqual(rows, [
    { ...window, n: 2, most: 2 },
    { windowStart: 10, windowEnd: 20, n: 1, most: 12 },
  ])
})
