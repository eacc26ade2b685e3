import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CheckpointRecord } from '../../../../engine/home.ts'
import { limits, setLimits } from '../../../../engine/limits.ts'
import { delta, KafkaJob, restored, snapshot } from '../../../support/kafka-job.ts'
import { OtherClient } from '../../../support/kafkajs-client.ts'
import { randomFrom } from '../../../support/random.ts'
import { until } from '../../../support/services/until.ts'

function noise(kind: CheckpointRecord['kind'], bytes: number, seed: number): CheckpointRecord {
  const next = randomFrom(seed)
  const payload = new Uint8Array(bytes)
  for (let at = 0; at < bytes; at += 97) payload[at] = next() * 256
  return { kind, payload }
}

test('a state of several megabytes comes back byte for byte, aligned', async t => {
  const job = await KafkaJob.start(t)
  const home = await job.open()
  const written = [
    noise('snapshot', 5_000_001, 1),
    noise('delta', limits.stateChunkBytes, 2),
    noise('delta', 1_700_000, 3),
  ]
  for (const record of written) await home.commit(record, [])
  const [...read] = (await job.open()).restore()
  assert.deepEqual(
    read.map(({ kind }) => kind),
    ['snapshot', 'delta', 'delta'],
  )
  for (const [k, { payload }] of read.entries()) {
    assert.equal(Buffer.compare(payload, written[k].payload), 0)
    assert.equal(payload.byteOffset % 8, 0)
  }
})

test('a snapshot is wanted once the deltas are twice as large as the one before and worth it', async t => {
  const { stateDeltaBytes, stateChunkBytes } = limits
  t.after(() => setLimits({ stateDeltaBytes, stateChunkBytes }))
  setLimits({ stateDeltaBytes: 100 })
  const job = await KafkaJob.start(t)
  let home = await job.open()
  const wanted: boolean[] = []
  for (const [kind, bytes] of [
    ['snapshot', 80],
    ['delta', 101],
    ['delta', 59],
    ['delta', 1],
    ['snapshot', 1],
    ['delta', 100],
    ['delta', 1],
  ] as const) {
    await home.commit(noise(kind, bytes, 1), [])
    wanted.push(home.wantsSnapshot)
  }
  assert.deepEqual(wanted, [false, false, false, true, false, false, true])
  home = await job.open()
  assert.equal(home.wantsSnapshot, true)
})

test('what a snapshot makes superfluous is deleted from the state topic, if that is worth it', async t => {
  const { stateTrimBytes } = limits
  t.after(() => setLimits({ stateTrimBytes }))
  setLimits({ stateTrimBytes: 1000 })
  const job = await KafkaJob.start(t)
  const other = await OtherClient.open(t, job.brokers)
  const start = async () => {
    const [{ low }] = await other.admin.fetchTopicOffsets(`${job.name}.state.0`)
    return Number(low)
  }
  const home = await job.open()
  await home.commit(noise('snapshot', 900, 1), [])
  await home.commit(snapshot('small'), [])
  await home.commit(noise('delta', 200, 2), [])
  assert.equal(await start(), 0)
  await home.commit(snapshot('3'), [])
  // Each commit is a record and the marker of its transaction.
  await until('deletion', async () => (await start()) === 6)
  await home.commit(delta('4'), [])
  assert.deepEqual(restored(await job.open()), ['snapshot 3', 'delta 4'])
  assert.deepEqual(job.reading.notices, [])
})

test('what is read of a repartition and committed is deleted there, and of no other topic, whatever its name', async t => {
  const { kafkaPurgeEveryMs } = limits
  t.after(() => setLimits({ kafkaPurgeEveryMs }))
  setLimits({ kafkaPurgeEveryMs: 0 })
  const job = await KafkaJob.start(t)
  const other = await OtherClient.open(t, job.brokers)
  const between = `${job.name}.by-user.repartition`
  const theirs = `${job.name}.of-others.repartition`
  for (const topic of [between, theirs]) {
    await job.topic(topic, 1)
    await other.write(topic, 0, ['a', 'b', 'c'], ['d'])
  }
  const [task] = job.tasks
  const inputs = [...task.inputs, theirs, between]
  const home = await job.open({ task: { ...task, inputs, repartitions: [between] } })
  const positions = inputs.map(topic => ({ topic, partition: 0, offset: topic === job.in ? 0 : 2 }))
  await home.commit(delta('1'), [], positions)
  const starts = async (topic: string) => Number((await other.admin.fetchTopicOffsets(topic))[0].low)
  await until('deletion', async () => (await starts(between)) === 2)
  assert.equal(await starts(job.in), 0)
  assert.equal(await starts(theirs), 0)
  assert.deepEqual(job.reading.notices, [])
})
