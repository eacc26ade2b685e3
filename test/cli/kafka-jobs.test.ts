import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import type { JobLag } from '../../cli/job-lag.ts'
import { KafkaHome } from '../../connectors/kafka/home.ts'
import { CliFolder } from '../support/cli.ts'
import { kafka, uniqueName } from '../support/services/kafka.ts'
import { asLines, expectedTotals, repartitionedSums, summedEvents } from '../support/summing-jobs.ts'

const { brokers } = await kafka()

interface Total {
  readonly value: { readonly user: number; readonly windowStart: number; readonly total: number }
}

/** A job of its own, with its events and totals, in a folder that is configured for Kafka. */
class KafkaJob {
  readonly name = uniqueName('cli-job')
  readonly folder: CliFolder

  constructor(t: TestContext) {
    this.folder = new CliFolder(t)
    this.folder.write('job.ts', repartitionedSums(this.name, `${this.name}.events`, `${this.name}.totals`))
    // Events of long ago would be deleted by their time.
    const config = { brokers, createTopics: { config: { 'retention.ms': -1 } } }
    this.folder.write('headrace.config.ts', `export default ${JSON.stringify(config)}`)
  }

  async append(events: readonly object[]): Promise<void> {
    await this.ok(`log append ${this.name}.events --job job.ts --partitions 1`, asLines(events))
  }

  /** What has been written so far, in all runs. */
  async totals(): Promise<string[]> {
    const { json } = await this.ok(`log cat ${this.name}.totals --job job.ts --json`)
    return json<Total>()
      .map(({ value }) => `${value.user} ${value.windowStart} ${value.total}`)
      .toSorted()
  }

  async ok(args: string, input?: string) {
    const result = await this.folder.run(args, input === undefined ? {} : { input })
    assert.equal(result.code, 0, result.err)
    return result
  }
}

const events = summedEvents(60)
const once = expectedTotals(events)

test('a job is checked, measured, read in its state and reset on Kafka', async t => {
  const job = new KafkaJob(t)
  const { folder, name } = job
  const early = await folder.run('check job.ts')
  assert.match(early.out, /^FAULT topics {2}HR_TOPIC_UNKNOWN: it is not there, and a run does not create it/m)
  await job.append(events)
  assert.match((await job.ok('lag job.ts')).out, new RegExp(`^${name}.events +0 +none +60 +60 `, 'm'))
  assert.match((await job.ok(`lag ${name}`)).out, /it has no positions/)
  await job.ok('run job.ts --until end')
  assert.deepEqual(await job.totals(), once)

  const checked = await job.ok('check job.ts')
  assert.match(checked.out, /^ok {4}state {3}of 3 tasks, fits the job$/m)
  assert.match((await job.ok(`state ls ${name}`)).out, /^1-[01] +totals +tumbling /m)
  assert.match((await job.ok('state ls')).out, new RegExp(`^${name}$`, 'm'))
  const [view] = (await job.ok('lag job.ts --json')).json<JobLag>()
  const [input] = view.partitions
  assert.deepEqual([input.lag, view.members, input.position, input.end], [0, 0, 60, 60])

  const dry = await job.ok('reset job.ts')
  for (const own of ['state.0', 'state.1', 'by-user.repartition']) {
    assert.match(dry.out, new RegExp(`^ {2}topic ${name}.${own}$`, 'm'))
  }
  assert.match(dry.out, /nothing was changed/)
  await job.ok('reset job.ts --to 2026-01-01T00:00:30Z --yes')
  const [moved] = (await job.ok('lag job.ts --json')).json<JobLag>()
  assert.deepEqual([moved.partitions[0].lag, moved.partitions[0].position], [30, 30])
  await job.ok('run job.ts --until end')
  const again = expectedTotals(events.slice(30))
  assert.deepEqual(await job.totals(), [...once, ...again].toSorted())

  await job.ok('reset job.ts --yes')
  assert.match((await job.ok('reset job.ts')).out, /nothing is kept of it/)
  await job.ok('run job.ts --until end')
  assert.deepEqual(await job.totals(), [...once, ...again, ...once].toSorted())
})

test('the state of one step is dropped, positions stay', async t => {
  const job = new KafkaJob(t)
  await job.append(events)
  await job.ok('run job.ts --until end')
  await job.ok('reset job.ts --step totals --yes')
  const later = summedEvents(60, 60)
  await job.append(later)
  await job.ok('run job.ts --until end')
  assert.deepEqual(await job.totals(), [...once, ...expectedTotals(later)].toSorted())
})

test('who is at work is shown, and keeps a job from being reset', async t => {
  const job = new KafkaJob(t)
  const { name } = job
  await job.append(events)
  const home = await KafkaHome.open({ brokers, groupInstanceId: 'engine-7' }, () => {})
  t.after(() => home.close())
  const task = { name: '0-0', stage: 0, partition: 0, inputs: [`${name}.events`], stateful: false }
  const member = await home.join({ job: name, tasks: [task], capacity: 1 })
  await member.next(new AbortController().signal)
  const { out } = await job.ok('lag job.ts')
  assert.match(out, new RegExp(`^${name}.events +0 +none +60 +60 .* engine-7 +127.0.0.1$`, 'm'))
  assert.match(out, /^lag 60, 1 member at work$/m)
  for (const args of ['reset job.ts', 'reset job.ts --yes', 'reset job.ts --step totals --yes']) {
    const { code, err } = await job.folder.run(args)
    assert.equal(code, 78)
    assert.match(err, /^HR_JOB_ACTIVE: at work: engine-7 on 127.0.0.1/)
  }
  await member.leave()
})
