import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { MemoryHome } from '../../connectors/memory/home.ts'
import { int, job, record, sink, source, timestamp, topic } from '../../engine/index.ts'
import { RowWriter } from '../../engine/io/row-writer.ts'
import { limits, setLimits } from '../../engine/limits.ts'
import { JobRun } from '../../engine/run.ts'
import { topicSpec } from '../../engine/topic.ts'

const Row = record('Row', { ts: timestamp(), user: int() })
const clicks = topic('clicks', Row, { time: 'ts', lateness: '1s', key: 'user' })

/** Takes the first batches later, and by then has failed. */
class FailingHome extends MemoryHome {
  override async openJob(name: string, outputs: readonly string[]) {
    const opened = await super.openJob(name, outputs)
    const failure = new Error('the brokers are gone')
    let calls = 0
    opened.append = () => {
      if (calls++ > 2) throw failure
      return nextTurn().then(() => Promise.reject(failure))
    }
    return opened
  }
}

// Of several batches that waited, one told of the failure; the others ended the process as nobody waited for them.
test('a home that fails while batches wait is one failure of the run', async t => {
  const { produceBytes } = limits
  setLimits({ produceBytes: 100 })
  t.after(() => setLimits({ produceBytes }))
  const home = new FailingHome()
  await home.createTopic('clicks', 1)
  const append = (name: string, partition: number, batch: Uint8Array) => {
    home.partition(name, partition).append(batch)
    home.partition(name, partition).publish()
  }
  const writer = new RowWriter(topicSpec(clicks), 'ts', 1, { append })
  writer.write(Array.from({ length: 100 }, (_, user) => ({ ts: user, user })))
  await writer.flush()
  writer.close()
  const copying = job('copying', () => {
    const rows = source('clicks', clicks)
    rows.pipe(sink('one', topic('one', Row, { key: 'user' })))
    rows.pipe(sink('other', topic('other', Row, { key: 'user' })))
  })
  const run = await JobRun.open(copying, { home })
  const unhandled = once(process, 'unhandledRejection').then(() => 'unhandled')
  await assert.rejects(run.work(new AbortController().signal, true), /the brokers are gone/)
  await run.close()
  assert.equal(await Promise.race([unhandled, nextTurn().then(() => 'nothing')]), 'nothing')
})
