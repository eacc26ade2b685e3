import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import type { ErrorCode } from '../../engine/error-codes.ts'
import { isHeadraceError } from '../../engine/errors.ts'
import type { Home, JobHome, PartitionSource } from '../../engine/home.ts'
import { batchOfTexts, readTexts } from '../support/text-records.ts'

/** Makes an empty home. What it returns opens that home again, as the next process would. */
export type HomeFactory = (t: TestContext) => () => Home

const delta = (text: string) => ({ kind: 'delta', payload: Buffer.from(text) }) as const
const snapshot = (text: string) => ({ kind: 'snapshot', payload: Buffer.from(text) }) as const

function restored(job: JobHome): string[] {
  return [...job.restore()].map(({ kind, payload }) => `${kind} ${Buffer.from(payload)}`)
}

async function homeWith(open: () => Home, topic: string, partitions = 1): Promise<Home> {
  const home = open()
  await home.createTopic(topic, partitions)
  return home
}

/** One commit, `texts` to the partition. */
async function write(job: JobHome, topic: string, partition: number, ...texts: string[]): Promise<void> {
  if (texts.length > 0) await job.append(topic, partition, batchOfTexts(texts))
  await job.commit(delta(texts.join()), [])
}

async function rejectsWith(action: () => Promise<unknown>, code: ErrorCode): Promise<void> {
  await assert.rejects(action, (error: unknown) => isHeadraceError(error, code))
}

/** What every home has to do, whatever it is made of. */
export function testHome(name: string, factory: HomeFactory): void {
  testTopics(name, factory)
  testCommits(name, factory)
  testReading(name, factory)
  testFollowing(name, factory)
}

function testTopics(name: string, factory: HomeFactory): void {
  test(`${name}: a topic is there once it is created, and only once`, async t => {
    const home = await homeWith(factory(t), 'out', 3)
    assert.equal(await home.partitions('out'), 3)
    assert.equal(await home.partitions('other'), undefined)
    await rejectsWith(() => home.createTopic('out', 2), 'HR_TOPIC_EXISTS')
    assert.equal(await home.partitions('out'), 3)
    await home.close()
  })

  test(`${name}: reading or writing what is not there is a coded error`, async t => {
    const home = await homeWith(factory(t), 'out', 2)
    await rejectsWith(() => home.openSource('other', 0), 'HR_TOPIC_UNKNOWN')
    await rejectsWith(() => home.openSource('out', 2), 'HR_TOPIC_UNKNOWN')
    const job = await home.openJob('job', ['out'])
    await rejectsWith(async () => job.append('out', 2, batchOfTexts(['a'])), 'HR_TOPIC_UNKNOWN')
    await rejectsWith(async () => job.append('other', 0, batchOfTexts(['a'])), 'HR_TOPIC_UNKNOWN')
    await job.close()
  })
}

function testCommits(name: string, factory: HomeFactory): void {
  test(`${name}: what is appended is seen when it is committed, in order, at following offsets`, async t => {
    const home = await homeWith(factory(t), 'out', 2)
    const source = await home.openSource('out', 1)
    t.after(() => source.close())
    assert.deepEqual([source.startOffset(), source.endOffset(), await source.poll()], [0, 0, null])
    const job = await home.openJob('job', ['out'])
    const batch = batchOfTexts(['a', 'b'])
    await job.append('out', 1, batch)
    batch.fill(0)
    await job.append('out', 1, batchOfTexts(['c']))
    await job.append('out', 0, batchOfTexts(['other']))
    assert.deepEqual([source.endOffset(), await source.poll()], [0, null])
    await job.commit(snapshot('1'), [])
    assert.equal(source.endOffset(), 3)
    assert.deepEqual(await readTexts(source), ['0 a', '1 b', '2 c'])
    await write(job, 'out', 1, 'd')
    assert.deepEqual(await readTexts(source), ['3 d'])
    assert.deepEqual([source.startOffset(), source.endOffset(), await source.poll()], [0, 4, null])
    await job.close()
  })

  test(`${name}: what was not committed is gone, and its offsets are given again`, async t => {
    const open = factory(t)
    const home = await homeWith(open, 'out')
    const job = await home.openJob('job', ['out'])
    await write(job, 'out', 0, 'kept')
    await job.append('out', 0, batchOfTexts(['lost', 'lost too']))
    await job.close()
    await home.close()
    const again = await open().openJob('job', ['out'])
    assert.deepEqual(restored(again), ['delta kept'])
    const source = await open().openSource('out', 0)
    t.after(() => source.close())
    assert.equal(source.endOffset(), 1)
    await write(again, 'out', 0, 'next')
    assert.deepEqual(await readTexts(source), ['0 kept', '1 next'])
    await again.close()
  })
}

function testReading(name: string, factory: HomeFactory): void {
  test(`${name}: state comes back in order, from the newest snapshot on, to the job it belongs to`, async t => {
    const open = factory(t)
    const home = open()
    const other = await home.openJob('other', [])
    const job = await home.openJob('job', [])
    assert.deepEqual(restored(job), [])
    await other.commit(snapshot('other'), [])
    for (const record of [delta('1'), snapshot('2'), delta('3')]) await job.commit(record, [])
    assert.deepEqual(restored(job), ['snapshot 2', 'delta 3'])
    await job.commit(delta(''), [{ kind: 'tick', positions: [1], time: 5, task: '0-0' }])
    await job.close()
    await other.close()
    const again = await open().openJob('job', [])
    assert.deepEqual(restored(again), ['snapshot 2', 'delta 3', 'delta '])
    await again.commit(snapshot('5'), [])
    assert.deepEqual(restored(again), ['snapshot 5'])
    await again.close()
  })

  test(`${name}: a source goes on from any offset, with the batch that holds it`, async t => {
    const home = await homeWith(factory(t), 'out')
    const job = await home.openJob('job', ['out'])
    await job.append('out', 0, batchOfTexts(['a', 'b', 'c']))
    await write(job, 'out', 0, 'd', 'e')
    const source = await home.openSource('out', 0)
    t.after(() => source.close())
    const all = ['0 a', '1 b', '2 c', '3 d', '4 e']
    const batchStarts = [0, 0, 0, 3, 3, 5]
    for (const offset of [1, 4, 0, 3, 2, 5]) {
      source.seek(offset)
      assert.deepEqual(await readTexts(source), all.slice(batchStarts[offset]))
    }
    await write(job, 'out', 0, 'f')
    assert.deepEqual(await readTexts(source), ['5 f'])
    await job.close()
  })
}

function testFollowing(name: string, factory: HomeFactory): void {
  test(`${name}: whoever waits for a change learns of it, and of the end of waiting`, async t => {
    const home = await homeWith(factory(t), 'out')
    const job = await home.openJob('job', ['out'])
    const source = await home.openSource('out', 0)
    t.after(() => source.close())
    const signal = new AbortController().signal
    await job.append('out', 0, batchOfTexts(['a']))
    const woken: string[] = []
    const waiting = source.changed(signal).then(() => woken.push('woken'))
    await turn()
    assert.deepEqual(woken, [])
    await job.commit(delta('1'), [])
    await waiting
    await source.changed(signal)
    assert.deepEqual(await readTexts(source), ['0 a'])
    const given = new AbortController()
    const patient = source.changed(given.signal)
    given.abort()
    await patient
    await source.changed(given.signal)
    await job.close()
  })

  test(`${name}: a reader beside the writer gets every record once, in order`, async t => {
    const home = await homeWith(factory(t), 'out')
    const job = await home.openJob('job', ['out'])
    const source = await home.openSource('out', 0)
    t.after(() => source.close())
    const count = 200
    const reading = follow(source, count)
    for (let at = 0; at < count; at += 2) {
      await write(job, 'out', 0, `row ${at}`, `row ${at + 1}`)
      if (at % 3 === 0) await turn()
    }
    assert.deepEqual(
      await reading,
      Array.from({ length: count }, (_, row) => `${row} row ${row}`),
    )
    await job.close()
  })
}

async function follow(source: PartitionSource, count: number): Promise<string[]> {
  const { signal } = new AbortController()
  const read: string[] = []
  while (read.length < count) {
    await source.changed(signal)
    read.push(...(await readTexts(source)))
  }
  return read
}
