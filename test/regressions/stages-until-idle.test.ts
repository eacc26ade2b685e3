import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryHome } from '../../connectors/memory/home.ts'
import { RecordBatchBuilder } from '../../engine/codec/record/write.ts'
import { int, job, record, sink, source, topic } from '../../engine/index.ts'
import { JobRun } from '../../engine/run.ts'
import { repartition } from '../../operators/index.ts'

const Row = record('Row', { user: int() })
const stages = job('stages', () => {
  source('in', topic('in', Row)).pipe(
    repartition('first', { by: 'user' }),
    repartition('second', { by: 'user' }),
    sink('out', topic('out', Row)),
  )
})

// What the last commit made visible to a later stage was left unread.
for (const commitEveryMs of [0, 1000]) {
  test(`a run until nothing is left takes every stage to its end, commits every ${commitEveryMs} ms`, async () => {
    const home = await homeWithOneRow()
    const run = await JobRun.open(stages, { home, commitEveryMs })
    await run.work(new AbortController().signal, true)
    await run.close()
    assert.equal(home.partition('out', 0).published, 1)
  })
}

async function homeWithOneRow(): Promise<MemoryHome> {
  const home = new MemoryHome()
  await home.createTopic('in', 1)
  const builder = new RecordBatchBuilder()
  builder.append(1000, null, Buffer.from('{"user":1}'))
  home.partition('in', 0).append(builder.build())
  home.partition('in', 0).publish()
  return home
}
