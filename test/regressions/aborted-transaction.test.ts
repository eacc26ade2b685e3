import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RecordBatchBuilder } from '../../engine/codec/record/write.ts'
import { HeadraceError } from '../../engine/errors.ts'
import type { JobHome, SharedTask } from '../../engine/home.ts'
import { int, job, record, sink, source, topic } from '../../engine/index.ts'
import { setLimits } from '../../engine/limits.ts'
import { SharedRun } from '../../engine/shared/shared-run.ts'
import { SharedMemoryHome } from '../support/shared-memory-home.ts'

setLimits({ fencedGraceMs: 5 })
const Row = record('Row', { user: int() })
const copy = job('copy', () => {
  source('in', topic('in', Row)).pipe(sink('out', topic('out', Row)))
})

/** A broker that gives transactions up: so many, one after the other. */
class ForgetfulHome extends SharedMemoryHome {
  aborts: number

  constructor(aborts: number) {
    super()
    this.aborts = aborts
  }

  override async openTask(name: string, task: SharedTask): Promise<JobHome> {
    const home = await super.openTask(name, task)
    const commit: JobHome['commit'] = (record, marks, positions) => {
      const readOne = positions?.some(({ offset }) => offset > 0)
      if (!readOne || this.aborts === 0) return home.commit(record, marks, positions)
      this.aborts--
      throw new HeadraceError('HR_TRANSACTION_ABORTED', 'the broker has given up what the task was writing')
    }
    return { ...home, commit }
  }
}

async function runOver(home: ForgetfulHome): Promise<readonly string[]> {
  await home.createTopic('in', 1)
  const builder = new RecordBatchBuilder()
  builder.append(1000, null, Buffer.from('{"user":1}'))
  home.partition('in', 0).append(builder.build())
  home.partition('in', 0).publish()
  const notes: string[] = []
  const run = await SharedRun.open(copy, { home, commitEveryMs: 1, notify: note => notes.push(note) })
  await run.work(new AbortController().signal, true)
  return notes
}

// The process ended. One that wakes after a pause may hear that its transaction is not known before it hears by whom
// its tasks have been taken over.
test('a task whose transaction the broker has given up goes on from its last commit', async () => {
  const home = new ForgetfulHome(2)
  const note = 'task 0-0 has lost its transaction, what it had not committed is dropped'
  assert.deepEqual(await runOver(home), [note, note])
  assert.equal(home.partition('out', 0).published, 1)
})

test('when that does not end, the job does, with what the broker says', async () => {
  await assert.rejects(runOver(new ForgetfulHome(Number.POSITIVE_INFINITY)), /HR_TRANSACTION_ABORTED/)
})
