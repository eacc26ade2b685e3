import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { after, test } from 'node:test'
import { growTopic } from '../../../connectors/kafka/state/create-topic.ts'
import { limits, setLimits } from '../../../engine/limits.ts'
import type { SharedRun } from '../../../engine/shared/shared-run.ts'
import { KafkaPlace, PARTITIONS, rows } from '../../support/kafka-place.ts'
import { clicksOf } from '../../support/prefixed-jobs.ts'
import { until } from '../../support/services/until.ts'

const { topicsCheckMs } = limits
after(() => setLimits({ topicsCheckMs }))

class Member {
  readonly run: SharedRun
  private readonly stop = new AbortController()
  private readonly working: Promise<void>

  static async join(t: TestContext, place: KafkaPlace): Promise<Member> {
    const member = new Member(await place.open(0, { sessionTimeoutMs: 6000 }))
    t.after(() => member.die())
    return member
  }

  private constructor(run: SharedRun) {
    this.run = run
    this.working = run.work(this.stop.signal)
  }

  async leave(): Promise<void> {
    this.stop.abort()
    await this.working
  }

  /** Nothing more is committed. */
  async die(): Promise<void> {
    await this.run.close()
    await this.leave()
  }
}

const read = (run: SharedRun) => run.counts().inputs.clicks?.read ?? 0

for (const name of ['windows', 'sessions', 'named', 'moved'] as const) {
  test(`${name}: two worker threads write to Kafka what one run writes in memory`, async t => {
    const place = await (await KafkaPlace.open(t, name)).fill()
    const run = await place.runToEnd(2)
    assert.deepEqual(await place.output(), await place.expected())
    assert.equal(read(run), rows.length)
    assert.deepEqual(place.notes, [])
  })
}

test('a process that joins gets its part, one that leaves gives its back, one that dies loses it', async t => {
  const place = await KafkaPlace.open(t, 'windows')
  await place.topic('clicks')
  await place.topic('out')
  let written = 0
  const write = async () => {
    await place.write(clicksOf(place.prefix), rows.slice(written, written + 5000))
    written += 5000
  }
  const first = await Member.join(t, place)
  await write()
  await until('the first to have read all', () => read(first.run) === 5000)
  const second = await Member.join(t, place)
  await until('the second to have its part', () => second.run.tasks.length === 2)
  await write()
  await until('both to have read their part', () => read(first.run) + read(second.run) === 10_000)
  assert.ok(read(second.run) > 1000)
  await first.leave()
  await write()
  await until('the second to have read the rest', () => read(first.run) + read(second.run) === 15_000)
  await second.die()
  await write()
  await place.runToEnd()
  assert.deepEqual(await place.output(), await place.expected())
})

test('at least once: nothing is lost, and the group knows the positions', async t => {
  const place = await (await KafkaPlace.open(t, 'windows')).fill()
  const run = await place.runToEnd(1, { guarantee: 'at-least-once' })
  assert.deepEqual(await place.output(), await place.expected())
  assert.equal(read(run), rows.length)
  assert.deepEqual(place.notes, [])
})

test('an output topic that is missing is an error before anything is read, unless topics may be made', async t => {
  const place = await KafkaPlace.open(t, 'passed')
  await place.topic('clicks')
  await place.write(clicksOf(place.prefix), rows.slice(0, 10))
  await assert.rejects(place.open(), /HR_TOPIC_UNKNOWN: .*createTopics.*\.out/)
  await place.runToEnd(0, { createTopics: { partitions: 2 } })
  assert.equal(await place.home.partitions(`${place.prefix}.out`), 2)
  assert.equal((await place.output()).length, 10)
})

test('a new job begins at the end where it is told so, and goes on from there when it is opened again', async t => {
  const place = await KafkaPlace.open(t, 'passed')
  await place.topic('clicks')
  await place.topic('out')
  await place.write(clicksOf(place.prefix), rows.slice(0, 100))
  await place.runToEnd(0, { startFrom: 'latest' })
  await place.write(clicksOf(place.prefix), rows.slice(100, 130))
  await place.runToEnd(0, { startFrom: 'latest' })
  assert.equal((await place.output()).length, 30)
})

test('partitions that a topic gets are read by a job without state', async t => {
  setLimits({ topicsCheckMs: 50 })
  const place = await KafkaPlace.open(t, 'passed')
  await place.topic('clicks', 1)
  await place.topic('out')
  await place.write(clicksOf(place.prefix), rows.slice(0, 100))
  const run = await place.open()
  const stop = new AbortController()
  const working = run.work(stop.signal)
  await until('the first rows', () => read(run) === 100)
  await growTopic(place.home.cluster, `${place.prefix}.clicks`, 3)
  await place.write(clicksOf(place.prefix), rows.slice(100, 400))
  await until('the rows in all partitions', () => read(run) === 400)
  stop.abort()
  await working
  assert.equal((await place.output()).length, 400)
  assert.match(place.notes.join('\n'), /more partitions/)
})

test('a job with state says that its keys have moved when a topic gets partitions, and stops', async t => {
  setLimits({ topicsCheckMs: 50 })
  const place = await (await KafkaPlace.open(t, 'windows')).fill()
  const run = await place.open()
  const working = run.work(new AbortController().signal)
  await until('some rows', () => read(run) > 0)
  await growTopic(place.home.cluster, `${place.prefix}.clicks`, PARTITIONS + 1)
  await assert.rejects(working, /HR_STATE_INCOMPATIBLE/)
})
