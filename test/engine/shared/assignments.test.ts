import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { isHeadraceError } from '../../../engine/errors.ts'
import { limits, setLimits } from '../../../engine/limits.ts'
import { SharedRun } from '../../../engine/shared/shared-run.ts'
import { SharedMemoryHome } from '../../support/shared-memory-home.ts'
import { until } from '../../support/turns.ts'
import { tumblingJob } from '../../support/worker-jobs.ts'

const { openingTasks, fencedGraceMs, fencedInARow, quietCheckMs } = limits
afterEach(() => setLimits({ openingTasks, fencedGraceMs, fencedInARow, quietCheckMs }))

/** A run whose four tasks have nothing to read; what it opens waits where `open` is false. */
async function start(open = true) {
  const home = new SharedMemoryHome()
  await home.createTopic('clicks', 4)
  const gate = Promise.withResolvers<void>()
  if (!open) home.gate = gate.promise
  const run = await SharedRun.open(tumblingJob(), { home, commitEveryMs: 1 })
  const stop = new AbortController()
  return { home, run, stop, gate }
}

const opened = ({ tasks }: SharedMemoryHome) => [...tasks].map(([name, task]) => `${name} ${task.opened}`)

test('a newer assignment overtakes one that is being taken up: what others have is not opened', async () => {
  setLimits({ openingTasks: 1 })
  const { home, run, stop, gate } = await start(false)
  const working = run.work(stop.signal)
  await until(() => home.tasks.size === 1)
  const [member] = home.group.members
  member.give(['0-2', '0-3'])
  await until(() => run.tasks.join() === '0-2,0-3')
  gate.resolve()
  await until(() => home.tasks.has('0-3'))
  assert.deepEqual(opened(home), ['0-0 1', '0-2 1', '0-3 1'])
  stop.abort()
  await working
  assert.deepEqual(
    [...home.tasks.values()].map(({ closed }) => closed),
    [1, 1, 1],
  )
})

for (const how of ['stopped', 'closed'] as const) {
  test(`a run that is ${how} while its tasks are opened opens no others and leaves none open`, async () => {
    setLimits({ openingTasks: 2 })
    const { home, run, stop, gate } = await start(false)
    const working = run.work(stop.signal)
    await until(() => home.tasks.size === 2)
    if (how === 'stopped') stop.abort()
    else await run.close()
    gate.resolve()
    await working
    await until(() => [...home.tasks.values()].every(({ closed }) => closed === 1))
    assert.deepEqual(opened(home), ['0-0 1', '0-1 1'])
  })
}

test('a task that is taken over again and again, and is ours each time, ends the run', async () => {
  setLimits({ fencedGraceMs: 1, fencedInARow: 3 })
  const { home, run, stop } = await start()
  home.contested.add('0-1')
  await assert.rejects(run.work(stop.signal), error => isHeadraceError(error, 'HR_TASK_FENCED'))
  assert.deepEqual(opened(home), ['0-0 1', '0-1 4', '0-2 1', '0-3 1'])
})

test('a run does not end as if all were done while the group goes on without it', async () => {
  setLimits({ quietCheckMs: 1 })
  const { home, run, stop } = await start()
  let isOver = false
  const working = run.work(stop.signal, true).then(() => (isOver = true))
  const [member] = home.group.members
  await until(() => home.tasks.size === 4)
  member.isAway = true
  member.give([])
  await until(() => [...home.tasks.values()].every(({ closed }) => closed === 1))
  const { looks } = member
  await until(() => isOver || member.looks > looks + 10)
  assert.equal(isOver, false)
  member.isAway = false
  home.group.rebalance()
  await working
  assert.deepEqual(opened(home), ['0-0 2', '0-1 2', '0-2 2', '0-3 2'])
})
