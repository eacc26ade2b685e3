import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryHome } from '../../../connectors/memory/home.ts'
import type { Job } from '../../../engine/index.ts'
import { RecordFeed } from '../../../engine/io/record-feed.ts'
import { RowWriter } from '../../../engine/io/row-writer.ts'
import { JobRun } from '../../../engine/run.ts'
import { SharedRun } from '../../../engine/shared/shared-run.ts'
import { topicSpec } from '../../../engine/topic.ts'
import { randomFrom } from '../../support/random.ts'
import { SharedMemoryHome } from '../../support/shared-memory-home.ts'
import { until } from '../../support/turns.ts'
import * as jobs from '../../support/worker-jobs.ts'

const partitions = 4
const seed = Number(process.env.HEADRACE_SEED ?? 5)
const random = randomFrom(seed)
const rows = Array.from({ length: 20_000 }, (_, i) => ({
  at: i + Math.floor(random() * 20),
  user: `user ${Math.floor(random() * 300)}`,
  item: Math.floor(random() * 20),
  value: Math.floor(random() * 1000),
}))

/** Writes rows as producers do, and lets readers see them. */
async function write(home: MemoryHome, some: typeof rows): Promise<void> {
  const append = (topic: string, partition: number, batch: Uint8Array) => {
    home.partition(topic, partition).append(batch)
    home.partition(topic, partition).publish()
  }
  const writer = new RowWriter(topicSpec(jobs.clicks), 'at', partitions, { append })
  for (let from = 0; from < some.length; from += 100) {
    writer.write(some.slice(from, from + 100))
    await writer.flush()
  }
  writer.close()
}

async function filled<H extends MemoryHome>(home: H): Promise<H> {
  await home.createTopic('clicks', partitions)
  await write(home, rows)
  return home
}

async function output(home: MemoryHome): Promise<string[]> {
  const found: string[] = []
  const count = (await home.partitions('out')) ?? 0
  for (let partition = 0; partition < count; partition++) {
    const feed = new RecordFeed(await home.openSource('out', partition), 'out', partition)
    feed.seek(0)
    while (await feed.fill()) {
      const { bytes, keyStart, valueEnd, timestamp, count: records } = feed.spans
      for (let row = 0; row < records; row++) {
        const text = Buffer.from(bytes.subarray(keyStart[row], valueEnd[row])).toString('latin1')
        found.push(`${partition} ${timestamp[row]} ${text}`)
      }
    }
  }
  return found.toSorted()
}

async function expected(job: Job): Promise<string[]> {
  const home = await filled(new MemoryHome())
  const run = await JobRun.open(job, { home, commitEveryMs: 1e9 })
  await run.work(new AbortController().signal, true)
  await run.close()
  return output(home)
}

class Member {
  readonly stop = new AbortController()
  readonly notes: string[] = []
  run!: SharedRun
  working!: Promise<void>

  static async start(home: SharedMemoryHome, job: Job, untilIdle = false): Promise<Member> {
    const member = new Member()
    const notify = (note: string) => member.notes.push(note)
    member.run = await SharedRun.open(job, { home, commitEveryMs: 1, notify })
    member.working = member.run.work(member.stop.signal, untilIdle)
    return member
  }

  /** Ends as a process that is killed does: nothing is committed any more, and the group finds out later. */
  async kill(): Promise<void> {
    await this.run.close()
    this.stop.abort()
    await this.working
  }

  async leave(): Promise<void> {
    this.stop.abort()
    await this.working
  }
}

const read = (home: SharedMemoryHome) =>
  [...home.tasks.values()].reduce((sum, { positions }) => sum + (positions[0]?.offset ?? 0), 0)

for (const make of [jobs.tumblingJob, jobs.sessionJob, jobs.repartitionJob]) {
  test(`${make.name}: members that come, go and die write what one run writes, seed ${seed}`, async () => {
    const home = await filled(new SharedMemoryHome())
    const first = await Member.start(home, make())
    await until(() => read(home) > 2000)
    const second = await Member.start(home, make())
    await until(() => read(home) > 5000)
    home.group.turn++
    home.group.rebalance()
    await until(() => read(home) > 8000)
    await second.kill()
    const third = await Member.start(home, make())
    await until(() => read(home) > 11_000)
    await first.leave()
    await third.leave()
    const last = await Member.start(home, make(), true)
    await last.working
    assert.deepEqual(await output(home), await expected(make()))
    assert.deepEqual([...first.notes, ...last.notes], [])
  })
}

test('a task that stays is not opened again when others come and go', async () => {
  const home = await filled(new SharedMemoryHome())
  const first = await Member.start(home, jobs.tumblingJob())
  await until(() => read(home) > 1000)
  const second = await Member.start(home, jobs.tumblingJob())
  await until(() => home.tasks.get('0-1')?.opened === 2 && home.tasks.get('0-3')?.opened === 2)
  await second.leave()
  await first.leave()
  assert.deepEqual([home.tasks.get('0-0')?.opened, home.tasks.get('0-2')?.opened], [1, 1])
})

test('a member that others took for dead can write nothing more, says so, and joins again', async () => {
  const home = await filled(new SharedMemoryHome())
  const zombie = await Member.start(home, jobs.tumblingJob())
  await until(() => read(home) > 1000)
  const [member] = home.group.members
  home.group.members.clear()
  const other = await Member.start(home, jobs.tumblingJob())
  await until(() => zombie.notes.length > 0)
  assert.match(zombie.notes[0], /^task 0-\d was taken over by another process/)
  home.group.members.add(member)
  home.group.rebalance()
  await until(() => read(home) > 15_000)
  await zombie.leave()
  await other.leave()
  const last = await Member.start(home, jobs.tumblingJob(), true)
  await last.working
  assert.deepEqual(await output(home), await expected(jobs.tumblingJob()))
})

test('it ends with its input although each stage gives the next one work', async () => {
  const home = await filled(new SharedMemoryHome())
  const run = await SharedRun.open(jobs.repartitionJob(), { home, commitEveryMs: 5 })
  await run.work(new AbortController().signal, true)
  assert.deepEqual(await output(home), await expected(jobs.repartitionJob()))
  assert.equal(run.counts().inputs.clicks.read, rows.length)
  assert.equal(run.lag(), 0)
})

test('a failing task ends the run with its error, and what it had not committed is nowhere', async () => {
  const home = await filled(new SharedMemoryHome())
  const run = await SharedRun.open(jobs.failingJob(rows[9000].value, 'throw'), { home, commitEveryMs: 1e9 })
  await assert.rejects(run.work(new AbortController().signal), /HR_LAMBDA_THREW: .*is not wanted/)
  assert.deepEqual(await output(home), [])
})
