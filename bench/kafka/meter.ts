import type { KafkaHomeOptions } from '../../connectors/kafka/config.ts'
import type { SharedHome } from '../../engine/home.ts'

/** Of a run, at most. */
const COMMITS = 1 << 16
const FIELDS = 3
/** What comes before the commits: whether the first fetch is noted, the number of commits, then its time and CPU. */
const HEAD_BYTES = 24

/** What a thread needs to know to open a home with the meter on it. */
export interface MeteredHome {
  readonly home: KafkaHomeOptions
  /** The topic whose first record starts the clock. */
  readonly input: string
  readonly memory: SharedArrayBuffer
}

export interface Measured {
  readonly wallSeconds: number
  readonly cpuSeconds: number
  readonly commits: number
  /** Milliseconds that each took. */
  readonly commitMs: Float64Array
}

/** What the threads of a run note as they go, in memory that all of them share. */
export class Meter {
  readonly memory: SharedArrayBuffer
  private readonly counts: Int32Array
  private readonly first: Float64Array
  /** Of each commit: milliseconds that it took; if it had outputs, when it ended, and the CPU seconds until then. */
  private readonly ends: Float64Array

  constructor(memory = new SharedArrayBuffer(HEAD_BYTES + COMMITS * FIELDS * 8)) {
    this.memory = memory
    this.counts = new Int32Array(memory, 0, 2)
    this.first = new Float64Array(memory, 8, 2)
    this.ends = new Float64Array(memory, HEAD_BYTES)
  }

  /** Records have come; only the first time counts. */
  fetched(): void {
    if (Atomics.load(this.counts, 0) === 1 || Atomics.exchange(this.counts, 0, 1) === 1) return
    this.first[0] = now()
    this.first[1] = cpuSeconds()
  }

  committed(since: number, withOutputs: boolean): void {
    const index = Atomics.add(this.counts, 1, 1)
    if (index >= COMMITS)
      throw new RangeError(`more than ${COMMITS} commits: commit less often, or fewer events`)
    const end = now()
    this.ends.set([end - since, ...(withOutputs ? [end, cpuSeconds()] : [0, 0])], index * FIELDS)
  }

  /** From the first record fetched to the end of the last commit that had outputs. */
  read(): Measured {
    const commits = this.counts[1] as number
    const of = (field: number) =>
      Float64Array.from({ length: commits }, (_, k) => this.ends[k * FIELDS + field])
    const last = (field: number) => of(field).reduce((a, b) => Math.max(a, b), 0)
    return {
      wallSeconds: (last(1) - this.first[0]) / 1000,
      cpuSeconds: last(2) - this.first[1],
      commits,
      commitMs: of(0),
    }
  }
}

/** Milliseconds of a clock that all threads share. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/** Of the process, all its threads. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** Has the home tell the meter when the first record of a topic comes, and of each commit. */
export function metered<H extends SharedHome>(home: H, meter: Meter, topic: string): H {
  const openSource = home.openSource.bind(home)
  home.openSource = async (name, partition, from) => {
    const source = await openSource(name, partition, from)
    if (name !== topic) return source
    const poll = source.poll.bind(source)
    source.poll = () => {
      const chunk = poll()
      if (chunk instanceof Promise) return chunk.then(late => noted(late))
      return noted(chunk)
    }
    return source
  }
  const noted = <T>(chunk: T): T => {
    if (chunk !== null) meter.fetched()
    return chunk
  }
  const openTask = home.openTask.bind(home)
  home.openTask = async (job, task, outputs) => {
    const jobHome = await openTask(job, task, outputs)
    const append = jobHome.append.bind(jobHome)
    const commit = jobHome.commit.bind(jobHome)
    let appended = false
    jobHome.append = (...args) => {
      appended = true
      return append(...args)
    }
    jobHome.commit = async (...args) => {
      const since = now()
      const withOutputs = appended
      appended = false
      await commit(...args)
      meter.committed(since, withOutputs)
    }
    return jobHome
  }
  return home
}
