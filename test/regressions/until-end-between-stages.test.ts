import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RecordBatchBuilder } from '../../engine/codec/record/write.ts'
import { int, job, record, sink, source, topic } from '../../engine/index.ts'
import { SharedRun } from '../../engine/shared/shared-run.ts'
import { repartition } from '../../operators/index.ts'
import { SharedMemoryHome } from '../support/shared-memory-home.ts'
import { until } from '../support/turns.ts'

const Row = record('Row', { user: int() })
const stages = job('stages', () => {
  source('in', topic('in', Row)).pipe(
    repartition('between', { by: 'user', partitions: 1 }),
    sink('out', topic('out', Row)),
  )
})

// Each of two that ended by themselves had read what was its own, and rows between the stages were left.
test('who has written to a later stage stays until that is read, by whomever', async () => {
  const home = await homeWithOneRow()
  const opening = Promise.withResolvers<void>()
  home.gate = opening.promise
  const slow = await member(home)
  await until(() => home.tasks.size === 2)
  home.gate = undefined
  home.group.turn = 1
  const writer = await member(home)
  await Promise.race([until(() => home.questions === 3), writer.working])
  assert.deepEqual([writer.run.tasks, home.group.members.size], [['0-0'], 2])
  opening.resolve()
  await Promise.all([slow.working, writer.working])
  assert.equal(home.partition('out', 0).published, 1)
})

async function member(home: SharedMemoryHome): Promise<{ run: SharedRun; working: Promise<void> }> {
  const run = await SharedRun.open(stages, { home, commitEveryMs: 1 })
  return { run, working: run.work(new AbortController().signal, true) }
}

async function homeWithOneRow(): Promise<SharedMemoryHome> {
  const home = new SharedMemoryHome()
  await home.createTopic('in', 1)
  const builder = new RecordBatchBuilder()
  builder.append(1000, null, Buffer.from('{"user":1}'))
  home.partition('in', 0).append(builder.build())
  home.partition('in', 0).publish()
  return home
}
