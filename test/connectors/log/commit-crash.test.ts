import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { stateDirectory } from '../../../connectors/log/config.ts'
import { LogHome } from '../../../connectors/log/home.ts'
import { createTopic, partitionDirectory } from '../../../connectors/log/topic-store.ts'
import { isHeadraceError } from '../../../engine/errors.ts'
import type { JobHome, TaskMark } from '../../../engine/home.ts'
import { MarksLog } from '../../../engine/state/log/marks-log.ts'
import { CrashDisk } from '../../support/crash-disk.ts'
import { assertProperty } from '../../support/property.ts'
import { randomFrom } from '../../support/random.ts'
import { temporaryDirectory } from '../../support/state-directory.ts'
import { batchOfTexts, readTexts } from '../../support/text-records.ts'

interface Commit {
  readonly do: 'commit'
  readonly kind: 'snapshot' | 'delta'
  /** Records for each of the two partitions. */
  readonly rows: readonly [number, number]
  readonly marks: number
}

type Step =
  | Commit
  | { readonly do: 'reopen' }
  | { readonly do: 'arm'; readonly after: number; readonly fault: string }

const codes: Record<string, readonly string[]> = {
  ENOSPC: ['HR_DISK_FULL'],
  EIO: ['HR_STATE_IO', 'HR_LOG_IO'],
}
const power = 'POWER'
const partitions = [0, 1]

/** What is committed: one entry a commit, in all places that have to agree. */
interface Model {
  readonly state: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly marks: readonly number[]
}

/** A job's home on a failing disk, beside a model of what was acknowledged. */
class Driver {
  readonly disk: CrashDisk
  private readonly home: LogHome
  private job: JobHome | undefined
  private model: Model = { state: [], rows: [[], []], marks: [] }
  private commits = 0
  private armed: string | undefined

  constructor(dir: string, seed: number) {
    this.disk = new CrashDisk(randomFrom(seed))
    this.home = new LogHome({ dir, files: this.disk })
  }

  async run(step: Step): Promise<void> {
    if (step.do === 'arm') {
      this.armed = step.fault
      this.disk.failAfter(step.after, step.fault)
      return
    }
    let next = this.model
    try {
      if (step.do === 'reopen') await this.job?.close()
      if (step.do === 'reopen' || this.job === undefined) this.job = await this.home.openJob('job', ['out'])
      if (step.do === 'commit') {
        next = this.after(step)
        await this.commit(step, this.job)
      }
    } catch (error) {
      return this.recover(error, next)
    }
    this.model = next
    assert.deepEqual(await this.found(), this.model)
  }

  async finish(): Promise<void> {
    this.disk.heal()
    this.armed = undefined
    await this.run({ do: 'reopen' })
    await this.run({ do: 'commit', kind: 'delta', rows: [1, 1], marks: 1 })
    await this.run({ do: 'reopen' })
  }

  async close(): Promise<void> {
    await this.job?.close()
  }

  private async commit({ kind, rows }: Commit, job: JobHome): Promise<void> {
    const { state, rows: all, marks } = this.next
    for (const partition of partitions) {
      if (rows[partition] > 0) await job.append('out', partition, batchOfTexts(all[partition]))
    }
    const times = marks.map((time): TaskMark => ({ kind: 'tick', positions: [time], time, task: '0-0' }))
    await job.commit({ kind, payload: Buffer.from(state[0]) }, times)
  }

  private next: Model = this.model

  /** What the model is if the commit comes about. `next` holds what it adds. */
  private after({ kind, rows, marks }: Commit): Model {
    const id = ++this.commits
    const { model } = this
    this.next = {
      state: [`${kind} ${id}`.padEnd(30 + id, '.')],
      rows: rows.map(count => Array.from({ length: count }, (_, row) => `${id}.${row}`)),
      marks: Array.from({ length: marks }, (_, at) => id * 100 + at),
    }
    return {
      state: kind === 'snapshot' ? this.next.state : [...model.state, ...this.next.state],
      rows: partitions.map(partition => [...model.rows[partition], ...this.next.rows[partition]]),
      marks: [...model.marks, ...this.next.marks],
    }
  }

  /** After a failure all places hold what was acknowledged, or all hold what was being committed as well. */
  private async recover(error: unknown, next: Model): Promise<void> {
    const fault = this.armed ?? 'none'
    this.armed = undefined
    if (fault !== power) {
      assert.ok(isHeadraceError(error), String(error))
      assert.ok(codes[fault]?.includes(error.code), `${error.code} for ${fault}`)
    }
    this.disk.heal()
    if (next !== this.model && this.job !== undefined) {
      await assert.rejects(async () =>
        this.job?.commit({ kind: 'delta', payload: Buffer.from('refused') }, []),
      )
    }
    const seen = await this.visible()
    if (fault === power) this.disk.crash()
    try {
      await this.job?.close()
    } catch {
      // The crash took the files from under it.
    }
    this.job = await this.home.openJob('job', ['out'])
    const found = await this.found()
    if (!isDeepStrictEqual(found, next)) assert.deepEqual(found, this.model)
    for (const partition of partitions) {
      assert.deepEqual(found.rows[partition].slice(0, seen[partition].length), seen[partition])
    }
    this.model = found
  }

  private async found(): Promise<Model> {
    const state = [...(this.job as JobHome).restore()].map(record => String(Buffer.from(record.payload)))
    return { state, rows: await this.visible(), marks: this.marks() }
  }

  private visible(): Promise<string[][]> {
    return Promise.all(partitions.map(partition => this.visibleIn(partition)))
  }

  private async visibleIn(partition: number): Promise<string[]> {
    const created = this.disk.list(partitionDirectory(this.home.config.dir, 'out', partition))
    if (!created.includes('committed')) return []
    const source = await this.home.openSource('out', partition)
    const rows = (await readTexts(source)).map(row => row.split(' '))
    source.close()
    const offsets = rows.map(([offset]) => Number(offset))
    assert.deepEqual(offsets, [...offsets.keys()])
    return rows.map(([, text]) => text)
  }

  private marks(): number[] {
    const directory = stateDirectory(this.home.config.dir, 'job')
    const log = MarksLog.open(directory, 'all', { files: this.disk })
    const times = [...log.readFrom(0)].flatMap(({ marks }) => marks.map(mark => mark.time))
    log.close()
    return times
  }
}

/** The real directory that the locks and the topic's description lie in; all else is on the disk of each case. */
function prepare(t: TestContext): string {
  const dir = temporaryDirectory(t)
  createTopic(dir, 'out', { partitions: partitions.length, segmentBytes: 400 })
  mkdirSync(stateDirectory(dir, 'job'), { recursive: true })
  return dir
}

const script: Step[] = [
  { do: 'commit', kind: 'snapshot', rows: [1, 2], marks: 0 },
  { do: 'commit', kind: 'delta', rows: [3, 0], marks: 2 },
  { do: 'commit', kind: 'delta', rows: [0, 0], marks: 0 },
  { do: 'commit', kind: 'snapshot', rows: [9, 9], marks: 1 },
  { do: 'reopen' },
  { do: 'commit', kind: 'delta', rows: [2, 9], marks: 1 },
]

for (const fault of [...Object.keys(codes), power]) {
  test(`${fault} at each single change of the disk leaves outputs, state and marks of one commit`, async t => {
    const dir = prepare(t)
    const changes = await changesOf(dir)
    assert.ok(changes > 60, String(changes))
    for (let after = 0; after < changes; after++) {
      await runCase(new Driver(dir, after), [{ do: 'arm', after, fault }, ...script])
    }
  })
}

/** How often the script changes the disk if nothing fails. */
async function changesOf(dir: string): Promise<number> {
  const driver = new Driver(dir, 0)
  await runCase(driver, script)
  return driver.disk.changes
}

/** A case that fails leaves no lock to the next. */
async function runCase(driver: Driver, steps: readonly Step[]): Promise<void> {
  try {
    for (const step of steps) await driver.run(step)
    await driver.finish()
  } finally {
    await driver.close()
  }
}

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('commit' as const),
      kind: fc.constantFrom('delta', 'delta', 'snapshot'),
      rows: fc.tuple(fc.nat(6), fc.nat(6)),
      marks: fc.nat(2),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'reopen' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('arm' as const),
      after: fc.nat(30),
      fault: fc.constantFrom(power, power, ...Object.keys(codes)),
    }),
  },
)

test('after any crashes and faults, outputs, state and marks are those of one commit', async t => {
  const dir = prepare(t)
  await assertProperty(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), fc.integer(), async (steps, seed) => {
      await runCase(new Driver(dir, seed), steps)
    }),
    60,
  )
})
