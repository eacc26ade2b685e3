import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KafkaDisconnected } from '../../connectors/kafka/net/disconnected.ts'
import { coded } from '../support/kafka-failures.ts'
import { delta, KafkaJob, restored, snapshot, write } from '../support/kafka-job.ts'
import { until } from '../support/services/until.ts'
import { batchOfTexts } from '../support/text-records.ts'

/** Requests of a name go astray, so that they can be brought to the broker later, as from a socket that is read late. */
async function astray(job: KafkaJob, name: string): Promise<(() => Promise<unknown>)[]> {
  const late: (() => Promise<unknown>)[] = []
  const broker = job.cluster.broker.bind(job.cluster)
  job.cluster.broker = async (node, purpose) => {
    const connection = await broker(node, purpose)
    const send = connection.send.bind(connection)
    connection.send = (request, timeoutMs) => {
      if (request.name !== name || late.length > 0) return send(request, timeoutMs)
      late.push(() => send(request, timeoutMs))
      return Promise.reject(new KafkaDisconnected('broker', 'no answer'))
    }
    return connection
  }
  return late
}

test('a commit that was asked for again and arrives late does not commit what is under way by then', async t => {
  const job = await KafkaJob.start(t)
  const home = await job.open()
  await write(job, home, snapshot('1'), 'a')
  const late = await astray(job, 'EndTxn')
  await write(job, home, delta('2'), 'b')
  assert.equal(late.length, 1)
  await home.append(job.out, 0, batchOfTexts(['not committed']))
  const source = await job.reading.source(job.out, 0)
  await until('record of the transaction', async () => (await source.freshEnd('all')) === 5)
  await late[0]()
  await home.close()
  assert.deepEqual(await job.committed(), ['a', 'b'])
  assert.deepEqual(restored(await job.open()), ['snapshot 1', 'delta 2'])
})

test('whoever took the task over in between has it', async t => {
  const job = await KafkaJob.start(t)
  const home = await job.open()
  await astray(job, 'EndTxn')
  const commit = write(job, home, snapshot('1'), 'a')
  const other = job.open()
  const outcome = await commit.then(
    () => 'committed',
    error => (coded('HR_TASK_FENCED', /another process/)(error) ? 'fenced' : error),
  )
  await write(job, await other, delta('2'), 'b')
  await assert.rejects(() => write(job, home, delta('3'), 'c'), coded('HR_TASK_FENCED', /another process/))
  assert.ok(['committed', 'fenced'].includes(outcome), String(outcome))
  const found = await job.committed()
  assert.ok(['a b', 'b'].includes(found.join(' ')), found.join(' '))
})
