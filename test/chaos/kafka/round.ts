import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { randomFrom } from '../../support/random.ts'
import type { Outcome } from '../outputs.ts'
import { firstDifference } from '../outputs.ts'
import type { Subject, SubjectInput } from '../subject.ts'
import type { SubjectName } from '../subjects.ts'
import { subjects } from '../subjects.ts'
import { Engines } from './engines.ts'
import type { Fault, FaultKind } from './faults.ts'
import { decks, drawFaults, isServerFault } from './faults.ts'
import { InputFeed } from './input-feed.ts'
import { kafkaOutcome, referenceOutcome } from './outcome.ts'
import type { StorePlace } from './servers.ts'
import { Servers } from './servers.ts'
import { whereItStands } from './where-it-stands.ts'

export interface KafkaRoundOptions {
  readonly subject: SubjectName
  readonly seed: number
  readonly stores: StorePlace
  /** Of the models that the job uses. */
  readonly modelsDir?: string | undefined
  /** How often something is done to engines or servers. */
  readonly faults: number
}

export interface KafkaRound extends KafkaRoundOptions {
  readonly done: Readonly<Partial<Record<FaultKind, number>>>
  readonly rebalances: number
  readonly commits: number
  /** Tasks that were lost to another process in the middle of their work. */
  readonly fenced: number
  /** Rows of input. */
  readonly rows: number
  readonly outcome: Outcome
}

const SEATS = 2
const SESSION_MS = 1500
const TRANSACTION_MS = 10_000
/** An engine is away for up to two sessions: now and then it is back before it is missed. */
const ENGINE_AWAY_MS = 2 * SESSION_MS
const LAST_COMMITS = 50
/** Of the input: about what the stores keep up with. */
const PAUSE_MS = { files: 20, servers: 60 }

/**
 * Runs the job in two processes on servers of its own, over input that arrives meanwhile, and does to engines and
 * servers what the seed says. Compares what Java's consumer and the stores have at the end with an uninterrupted run
 * over the same input on the embedded log, and the stores with the topics. Throws at the first difference, or when
 * nothing goes on; keeps what was logged then.
 */
export async function runKafkaRound(options: KafkaRoundOptions): Promise<KafkaRound> {
  const directory = mkdtempSync(path.join(tmpdir(), 'headrace-chaos-'))
  const servers = await Servers.start(options.stores, directory)
  const driver = new Driver(directory, servers, options)
  let round: KafkaRound
  try {
    round = await driver.run()
  } catch (cause) {
    servers.cluster.keepLogs(directory)
    const { subject, seed, faults, stores } = options
    const report = await driver.report()
    const repeat = `--on ${subject === 'flagship' ? subject : stores === 'servers' ? 'stores' : 'kafka'} --seed ${seed} --faults ${faults}`
    throw new Error(`chaos failed with ${repeat}; its logs are in ${directory}\n${report}`, { cause })
  } finally {
    await driver.end()
    await servers.end()
  }
  rmSync(directory, { recursive: true, force: true })
  return round
}

class Driver {
  private readonly directory: string
  private readonly servers: Servers
  private readonly options: KafkaRoundOptions
  private readonly subject: Subject
  private readonly input: SubjectInput
  private readonly engines: Engines
  private feed: InputFeed | undefined
  private readonly done: Partial<Record<FaultKind, number>> = {}
  private readonly story: string[] = []

  constructor(directory: string, servers: Servers, options: KafkaRoundOptions) {
    this.directory = directory
    this.servers = servers
    this.options = options
    this.subject = subjects[options.subject]
    this.input = this.subject.input(options.seed + 1)
    const random = randomFrom(options.seed + 2)
    this.engines = new Engines(directory, () => ({
      subject: options.subject,
      brokers: servers.cluster.brokers,
      stores: servers.stores,
      modelsDir: options.modelsDir,
      workers: random() < 0.5 ? 1 : 2,
      commitEveryMs: 20 + Math.floor(random() * 30),
      sessionMs: SESSION_MS,
      transactionMs: TRANSACTION_MS,
    }))
  }

  async run(): Promise<KafkaRound> {
    const { engines, input, subject } = this
    const { cluster, stores } = this.servers
    const say = (note: string) => this.tell(`feed: ${note}`)
    this.feed = await InputFeed.open(cluster.brokers, this.logDirectory, subject, input, say)
    const feeding = this.feed.run(PAUSE_MS[this.options.stores]).catch(error => engines.fail(error))
    for (let seat = 0; seat < SEATS; seat++) engines.seat(seat)
    await this.disturb()
    await engines.committed(LAST_COMMITS)
    await engines.unlessFailing(this.feed.finish())
    await feeding
    await engines.finish()
    const outcome = await kafkaOutcome(subject, cluster.brokers, stores)
    const reference = await referenceOutcome(subject, this.logDirectory, this.options.modelsDir)
    const difference = firstDifference(outcome, reference) ?? subject.faultIn(outcome)
    if (difference !== undefined) throw new Error(difference)
    const { commits, fenced, generation: rebalances } = engines
    return { ...this.options, done: this.done, rebalances, commits, fenced, rows: input.rows, outcome }
  }

  async end(): Promise<void> {
    await this.engines.end()
    await this.feed?.close()
  }

  /** What has happened, and where all of it stands now. */
  async report(): Promise<string> {
    const standing = await whereItStands(this.subject.job, this.servers.cluster.brokers)
    return [...this.story, this.engines.lastWords(), standing].join('\n')
  }

  private get logDirectory(): string {
    return path.join(this.directory, 'reference')
  }

  private async disturb(): Promise<void> {
    const { faults, seed, stores } = this.options
    const { engines } = this
    const underway: Promise<void>[] = []
    for (const fault of drawFaults(faults, decks[stores], randomFrom(seed))) {
      await engines.committed(fault.after)
      this.tell(`${fault.kind} at ${engines.commits} commits`)
      this.done[fault.kind] = (this.done[fault.kind] ?? 0) + 1
      const over = this.commit(fault).catch(error => engines.fail(error))
      underway.push(over)
      // Several troubles at a time, but not too many.
      if (underway.length > 2) await engines.unlessFailing(underway.shift() as Promise<void>)
    }
    await engines.unlessFailing(Promise.all(underway))
  }

  private commit(fault: Fault): Promise<void> {
    const { kind, which, away } = fault
    if (isServerFault(kind)) return this.servers.disturb(kind, which, away, text => this.tell(text))
    return kind === 'join' ? this.visit(fault) : this.disturbEngine(fault)
  }

  private disturbEngine({ kind, which, away }: Fault): Promise<void> {
    const seat = Math.floor(which * SEATS)
    const awayMs = away * ENGINE_AWAY_MS
    return this.engines.at(seat, async () => {
      const engine = this.engines.engine(seat)
      if (kind === 'zombie') {
        engine.pause()
        await delay(SESSION_MS + awayMs)
        return engine.resume()
      }
      await (kind === 'kill' ? engine.kill() : engine.stop())
      await delay(awayMs)
      this.engines.seat(seat)
    })
  }

  /** A third process comes for a while. */
  private visit({ after, away }: Fault): Promise<void> {
    const seat = SEATS
    return this.engines.at(seat, async () => {
      const engine = this.engines.seat(seat)
      await this.engines.committed(after)
      await delay(away * ENGINE_AWAY_MS)
      await engine.stop()
    })
  }

  private tell(text: string): void {
    this.story.push(`${new Date().toISOString()} ${text}`)
  }
}
