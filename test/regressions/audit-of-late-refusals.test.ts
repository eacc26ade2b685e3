import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TaskAudit } from '../../engine/audit/task-audit.ts'
import type { JobHome } from '../../engine/home.ts'
import type { Task } from '../../engine/task.ts'
import { ManualClock } from '../../engine/time/clock.ts'

// A sink's store may refuse rows after these were counted as out: one count falls as the other rises, and as their sum
// was nothing, nothing was written.
test('what a store refuses after its rows were counted is in the audit', async () => {
  const counters = { in: 0, out: 0, late: 0, rejected: 0 }
  const task = {
    name: '0-0',
    inputs: [],
    steps: [],
    sinks: [{ id: 'to-store', counters }],
    build: { job: 'j' },
  }
  const written: string[] = []
  const home = { append: (_: string, __: number, batch: Uint8Array) => void written.push(textOf(batch)) }
  const audit = new TaskAudit(task as never as Task, home as never as JobHome, new ManualClock())
  Object.assign(counters, { in: 5, out: 5 })
  await audit.flush()
  Object.assign(counters, { out: 3, rejected: 2 })
  await audit.flush()
  await audit.flush()
  assert.deepEqual(
    written.map(text =>
      /"in":(?<in>-?\d+),"out":(?<out>-?\d+),"late":0,"rejected":(?<rejected>\d+)/.exec(text)?.slice(1),
    ),
    [
      ['5', '5', '0'],
      ['0', '-2', '2'],
    ],
  )
})

const textOf = (batch: Uint8Array) => Buffer.from(batch).toString('latin1')
