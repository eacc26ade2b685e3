import { setTimeout as delay } from 'node:timers/promises'
import { until } from '../../support/services/until.ts'
import { Engine } from './engine.ts'
import type { EngineOptions } from './engine-words.ts'

/** All engines of a round have to stand still for so long before that is a failure. */
const HANG_MS = 90_000

/** The processes that share the job: two most of the time, each on a seat that it may lose to its successor. */
export class Engines {
  private readonly directory: string
  private readonly options: (seat: number) => Omit<EngineOptions, 'untilIdle'>
  private readonly all: Engine[] = []
  private readonly seats = new Map<number, Engine>()
  /** What is being done at a seat: one thing after the other. */
  private readonly busy = new Map<number, Promise<void>>()
  private readonly failing = Promise.withResolvers<never>()

  constructor(directory: string, options: (seat: number) => Omit<EngineOptions, 'untilIdle'>) {
    this.directory = directory
    this.options = options
    this.failing.promise.catch(() => {})
  }

  get commits(): number {
    return this.all.reduce((sum, { progress }) => sum + progress.commits, 0)
  }

  /** How often the group has been rearranged. */
  get generation(): number {
    return Math.max(...this.all.map(({ progress }) => progress.generation))
  }

  /** How often a process has found that another one had taken a task over. */
  get fenced(): number {
    return this.all.flatMap(({ notes }) => notes).filter(note => note.includes('was taken over')).length
  }

  seat(seat: number, untilIdle = false): Engine {
    const name = `${this.all.length}-seat${seat}`
    const fail = (error: Error) => this.fail(error)
    const engine = new Engine(name, this.directory, { ...this.options(seat), untilIdle }, fail)
    this.all.push(engine)
    this.seats.set(seat, engine)
    return engine
  }

  /** Does something at a seat when what was begun there before is over. */
  at(seat: number, action: () => Promise<void>): Promise<void> {
    const turn = (this.busy.get(seat) ?? Promise.resolve()).then(action)
    this.busy.set(seat, turn)
    return this.unlessFailing(turn)
  }

  engine(seat: number): Engine {
    const engine = this.seats.get(seat)
    if (engine === undefined) throw new Error(`nobody has taken seat ${seat}`)
    return engine
  }

  fail(error: unknown): void {
    this.failing.reject(error)
  }

  unlessFailing<T>(promise: Promise<T>): Promise<T> {
    return Promise.race([this.failing.promise, promise])
  }

  /** Waits until all together have made so many more commits. */
  async committed(more: number): Promise<void> {
    const end = this.commits + more
    await this.unlessFailing(until(`${more} more commits`, () => this.commits >= end, { timeoutMs: HANG_MS }))
  }

  /** Ends all in order, and then works off what is left with two new ones. */
  async finish(): Promise<void> {
    await Promise.all([...this.seats.keys()].map(seat => this.at(seat, () => this.engine(seat).stop())))
    await this.ended([this.seat(0, true), this.seat(1, true)])
  }

  lastWords(): string {
    return this.all
      .slice(-6)
      .map(engine => engine.lastWords())
      .join('\n')
  }

  private async ended(engines: readonly Engine[]): Promise<void> {
    const late = new AbortController()
    const hang = delay(HANG_MS, undefined, { signal: late.signal }).then(() => {
      throw new Error('the end is not reached')
    })
    const all = Promise.all(engines.map(engine => engine.ended()))
    await this.unlessFailing(Promise.race([hang, all])).finally(() => late.abort())
  }

  async end(): Promise<void> {
    await Promise.all(this.all.map(engine => engine.kill()))
  }
}
