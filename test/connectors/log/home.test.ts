import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LogHomeOptions } from '../../../connectors/log/config.ts'
import { openLogHome } from '../../../connectors/log/home.ts'
import { LogProducer } from '../../../connectors/log/producer.ts'
import { createTopic } from '../../../connectors/log/topic-store.ts'
import type { ErrorCode } from '../../../engine/error-codes.ts'
import { HeadraceError } from '../../../engine/errors.ts'
import { limits } from '../../../engine/limits.ts'
import { FailingFiles } from '../../support/failing-files.ts'
import { batchOf, codedError } from '../../support/log-partition.ts'
import { temporaryDirectory } from '../../support/state-directory.ts'
import { batchOfTexts, readTexts } from '../../support/text-records.ts'

const delta = (bytes: Uint8Array) => ({ kind: 'delta', payload: bytes }) as const
const empty = new Uint8Array(0)

async function rejection(action: Promise<unknown>, code: ErrorCode): Promise<HeadraceError> {
  const error = await action.then(
    () => assert.fail(`no ${code}`),
    thrown => thrown,
  )
  assert.ok(error instanceof HeadraceError, String(error))
  assert.equal(error.code, code, error.message)
  return error
}

test('one process at a time has a job, and one writer a topic', async t => {
  const home = openLogHome({ dir: temporaryDirectory(t) })
  await home.createTopic('out', 2)
  const job = await home.openJob('job', ['out'])
  await rejection(home.openJob('job', ['out']), 'HR_STATE_LOCKED')
  const { message } = await rejection(home.openJob('other', ['out']), 'HR_LOG_LOCKED')
  assert.match(message, new RegExp(`process ${process.pid} `))
  const { config } = home
  codedError(() => LogProducer.open('out', config), 'HR_LOG_LOCKED')
  await (await home.openJob('other', [])).close()
  await job.append('out', 1, batchOfTexts(['a']))
  await job.commit(delta(empty), [])
  await job.close()
  LogProducer.open('out', config).close()
  await (await home.openJob('job', ['out'])).close()
})

test('an output topic that is not there is a coded error, and leaves nothing locked', async t => {
  const home = openLogHome({ dir: temporaryDirectory(t) })
  await home.createTopic('out')
  await rejection(home.openJob('job', ['out', 'missing']), 'HR_TOPIC_UNKNOWN')
  await (await home.openJob('job', ['out'])).close()
})

test('a position that retention has overtaken, or that never was, is a coded error with its place', async t => {
  const dir = temporaryDirectory(t)
  createTopic(dir, 'clicks', { partitions: 2, segmentBytes: 1, retentionBytes: 0 })
  const producer = LogProducer.open('clicks', { dir })
  for (const text of ['a', 'b', 'c']) producer.append(1, batchOfTexts([text]))
  producer.commit()
  producer.close()
  const source = await openLogHome({ dir }).openSource('clicks', 1)
  t.after(() => source.close())
  assert.deepEqual([source.startOffset(), source.endOffset()], [2, 3])
  assert.deepEqual(await readTexts(source), ['2 c'])
  source.seek(0)
  const expired = codedError(() => source.poll(), 'HR_OFFSET_EXPIRED')
  assert.deepEqual(expired.place, { topic: 'clicks', partition: 1, offset: 0 })
  source.seek(4)
  const beyond = codedError(() => source.poll(), 'HR_OFFSET_BEYOND_END')
  assert.deepEqual(beyond.place, { topic: 'clicks', partition: 1, offset: 4 })
})

test('batches smaller and larger than the read buffer come whole', async t => {
  const dir = temporaryDirectory(t)
  createTopic(dir, 'clicks', { segmentBytes: 4 << 20 })
  const sizes = [300_000, 700_000, 10, 2 * limits.fetchBytes, 400_000, 3 * limits.fetchBytes, 10, 900_000]
  const producer = LogProducer.open('clicks', { dir })
  const batches = sizes.map(size => Buffer.from(batchOf(1, size)))
  for (const batch of batches) producer.append(0, batch)
  producer.commit()
  producer.close()
  const source = await openLogHome({ dir }).openSource('clicks', 0)
  t.after(() => source.close())
  const read: Uint8Array[] = []
  for (let chunk = await source.poll(); chunk !== null; chunk = await source.poll()) {
    read.push(Buffer.from(chunk.bytes.subarray(chunk.start, chunk.end)))
  }
  assert.ok(Buffer.concat(read).equals(Buffer.concat(batches)))
})

test('a job asks for a snapshot when its deltas outweigh the last one', async t => {
  const home = openLogHome({ dir: temporaryDirectory(t), fsync: 'never' })
  const job = await home.openJob('job', [])
  await job.commit(delta(new Uint8Array(limits.stateDeltaBytes - 1000)), [])
  assert.equal(job.wantsSnapshot, false)
  await job.commit(delta(new Uint8Array(1000)), [])
  assert.equal(job.wantsSnapshot, true)
  await job.commit({ kind: 'snapshot', payload: new Uint8Array(10) }, [])
  assert.equal(job.wantsSnapshot, false)
  await job.close()
})

test('a payload comes back where numbers in it can be read in place', async t => {
  const home = openLogHome({ dir: temporaryDirectory(t), fsync: 'never' })
  for (const topic of ['o', 'ou', 'out', 'outp', 'outpu', 'output']) {
    await home.createTopic(topic)
    const job = await home.openJob(topic, [topic])
    await job.commit(delta(new Uint8Array(16)), [])
    for (const { payload } of job.restore())
      assert.deepEqual([payload.byteOffset % 8, payload.length], [0, 16])
    await job.close()
  }
})

for (const afterBytes of [0, 300_000, 700_000]) {
  test(`a disk full after ${afterBytes} bytes of output loses nothing that was committed`, async t => {
    const dir = temporaryDirectory(t)
    const files = new FailingFiles()
    const home = openLogHome({ dir, files })
    await home.createTopic('out', 2)
    const job = await home.openJob('job', ['out'])
    await job.append('out', 0, batchOfTexts(['a']))
    await job.commit(delta(Buffer.from('1')), [])
    files.failAfter(afterBytes)
    const failing = async () => {
      for (let count = 0; count < 8; count++) await job.append('out', count % 2, batchOf(1, 100_000))
      await job.commit(delta(Buffer.from('2')), [])
    }
    await rejection(failing(), 'HR_DISK_FULL')
    await job.close()
    files.failAfter(Number.POSITIVE_INFINITY)
    const again = await home.openJob('job', ['out'])
    assert.deepEqual(
      [...again.restore()].map(record => String(Buffer.from(record.payload))),
      ['1'],
    )
    await again.append('out', 0, batchOfTexts(['b']))
    await again.commit(delta(Buffer.from('2')), [])
    const source = await home.openSource('out', 0)
    assert.deepEqual(await readTexts(source), ['0 a', '1 b'])
    source.close()
    await again.close()
  })
}

test('settings out of range fail at once, and new topics have those that are given', async t => {
  const dir = temporaryDirectory(t)
  const wrong: object[] = [{ fsync: 'sometimes' }, { partitionsForNewTopics: 0 }, { segmentBytes: 0.5 }]
  for (const options of wrong) {
    codedError(() => openLogHome({ dir, ...options } as LogHomeOptions), 'HR_CONFIG_INVALID')
  }
  const home = openLogHome({ dir, partitionsForNewTopics: 5 })
  await home.createTopic('clicks')
  assert.equal(await home.partitions('clicks'), 5)
})
