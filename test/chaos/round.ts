import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openStores } from '../../cli/stores.ts'
import { openLogHome } from '../../connectors/log/home.ts'
import { readJobState } from '../../connectors/log/job-state.ts'
import { LogProducer } from '../../connectors/log/producer.ts'
import type { FsyncPolicy } from '../../connectors/log/writer-options.ts'
import { JobRun } from '../../engine/run.ts'
import { randomFrom } from '../support/random.ts'
import { chaosSubject } from './chaos-subject.ts'
import type { Ending } from './engine.ts'
import { Engine } from './engine.ts'
import type { Fault } from './fault-files.ts'
import type { Outcome } from './outputs.ts'
import { firstDifference, outcomeOf } from './outputs.ts'
import type { Sent } from './row-batches.ts'
import { embeddedStores, storedOutcome } from './stored.ts'
import type { SubjectInput } from './subject.ts'

export interface RoundOptions {
  readonly seed: number
  /** How often the engine is stopped while it is at work. */
  readonly stops: number
  /** By a SIGKILL, or by a disk that fails. */
  readonly by: 'kill' | 'disk'
  readonly fsync: FsyncPolicy
}

export interface Round extends RoundOptions {
  /** Rows of input. */
  readonly rows: number
  /** Changes of the disk over all processes. */
  readonly changes: number
  /** Deltas that a process found behind the snapshot which it began with, over all processes. */
  readonly deltas: number
  readonly outcome: Outcome
}

/** Changes of the disk that a process may make: some are stopped as they open, most between and in commits. */
const OPENING_CHANGES = 60
const LIFE_CHANGES = 1000
const diskErrors = ['HR_DISK_FULL', 'HR_LOG_IO', 'HR_STATE_IO']

/**
 * Runs the job over input that arrives meanwhile, stopping the engine again and again, and compares what comes
 * out with an uninterrupted run over the same input. Throws at the first difference, and keeps the data then.
 */
export async function runRound(options: RoundOptions): Promise<Round> {
  const base = mkdtempSync(path.join(tmpdir(), 'headrace-chaos-'))
  try {
    const round = await new Driver(base, options).run()
    rmSync(base, { recursive: true, force: true })
    return round
  } catch (cause) {
    const { seed, stops, by, fsync } = options
    const repeat = `--seed ${seed} --stops ${stops} --by ${by} --fsync ${fsync}`
    throw new Error(`chaos failed with ${repeat}; its data is in ${base}`, { cause })
  }
}

class Driver {
  private readonly base: string
  private readonly dir: string
  private readonly options: RoundOptions
  private readonly random: () => number
  private readonly input: SubjectInput
  private readonly producers = new Map<string, LogProducer>()
  private next: Engine
  private changes = 0
  private deltas = 0

  constructor(base: string, options: RoundOptions) {
    this.base = base
    this.dir = path.join(base, 'killed')
    this.options = options
    this.random = randomFrom(options.seed)
    this.input = chaosSubject.input(options.seed + 1)
    this.next = this.newEngine()
  }

  async run(): Promise<Round> {
    try {
      await this.openInputs()
      for (let stop = 0; stop < this.options.stops; stop++) await this.liveAndDie()
      this.send(this.input.sentinels())
      await this.finish()
    } finally {
      this.next.kill()
      for (const producer of this.producers.values()) producer.close()
    }
    const outcome = await this.outcomeIn(this.dir)
    const difference = firstDifference(outcome, await this.uninterrupted()) ?? chaosSubject.faultIn(outcome)
    if (difference !== undefined) throw new Error(difference)
    return { ...this.options, rows: this.input.rows, changes: this.changes, deltas: this.deltas, outcome }
  }

  /** A process that is at work on new input until it is stopped, somewhere. */
  private async liveAndDie(): Promise<void> {
    this.deltas += Math.max(0, readJobState(this.dir, chaosSubject.job.name).length - 1)
    const engine = this.takeEngine()
    const most = this.random() < 0.25 ? OPENING_CHANGES : LIFE_CHANGES
    const at = 1 + Math.floor(most * this.random())
    const fault = this.faultAt(at)
    let killed = false
    this.send(this.input.chunk())
    engine.start({ ...this.place(), untilEnd: false, fault }, (changes, commits) => {
      for (let chunk = 0; chunk < commits; chunk++) this.send(this.input.chunk())
      if (fault !== undefined || killed || changes < at) return
      killed = true
      setTimeout(() => engine.kill(), this.random() * 5)
    })
    const ending = await engine.ended()
    this.changes += ending.changes
    if (!asMeant(ending, fault)) throw new Error(`the engine ended with ${JSON.stringify(ending)}`)
  }

  /** Half of the kills come from outside, at any moment; the others in the middle of a change of the disk. */
  private faultAt(at: number): Fault | undefined {
    const part = this.random()
    if (this.options.by === 'disk') return { at, part, kind: this.random() < 0.5 ? 'ENOSPC' : 'EIO' }
    return this.random() < 0.5 ? { at, part, kind: 'kill' } : undefined
  }

  private async finish(): Promise<void> {
    const engine = this.takeEngine()
    engine.start({ ...this.place(), untilEnd: true }, () => {})
    const ending = await engine.ended()
    if (ending.code !== 0) throw new Error(`the engine failed at the end: ${ending.errors}`)
  }

  private place(): { readonly dir: string; readonly fsync: FsyncPolicy } {
    return { dir: this.dir, fsync: this.options.fsync }
  }

  private takeEngine(): Engine {
    const engine = this.next
    this.next = this.newEngine()
    return engine
  }

  private newEngine(): Engine {
    return new Engine(path.join(this.base, 'compile-cache'))
  }

  private async openInputs(): Promise<void> {
    const home = openLogHome({ dir: this.dir })
    for (const topic of chaosSubject.inputs) {
      await home.createTopic(topic, chaosSubject.partitions)
      this.producers.set(topic, LogProducer.open(topic, { dir: this.dir, fsync: 'never' }))
    }
  }

  private send(all: readonly Sent[]): void {
    for (const { topic, partition, batch } of all) this.producers.get(topic)?.append(partition, batch)
    for (const producer of this.producers.values()) producer.commit()
  }

  /** The same input in one go, with limits, batches and commits of another size. */
  private async uninterrupted(): Promise<Outcome> {
    const dir = path.join(this.base, 'uninterrupted')
    mkdirSync(path.join(dir, 'log'), { recursive: true })
    for (const topic of chaosSubject.inputs) {
      symlinkSync(path.join(this.dir, 'log', topic), path.join(dir, 'log', topic))
    }
    const home = openLogHome({ dir, fsync: 'never' })
    const stores = await openStores(embeddedStores(dir, 'never'), () => {})
    const run = await JobRun.open(chaosSubject.job, { home, stores })
    await run.work(new AbortController().signal, true)
    await run.close()
    await stores.close()
    return this.outcomeIn(dir)
  }

  private async outcomeIn(dir: string): Promise<Outcome> {
    const topics = await outcomeOf(chaosSubject, dir, openLogHome({ dir }))
    return new Map([...topics, ...(await storedOutcome(chaosSubject, embeddedStores(dir, 'never')))])
  }
}

function asMeant({ code, signal, errors }: Ending, fault: Fault | undefined): boolean {
  if (fault === undefined || fault.kind === 'kill') return signal === 'SIGKILL'
  return code === 1 && diskErrors.some(known => errors.startsWith(known))
}
