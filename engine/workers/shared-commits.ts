import type { JobHome } from '../home.ts'
import { decodeCheckpoint, encodeCheckpoint } from '../recovery/checkpoint.ts'
import type { WorkerCommit } from './messages.ts'

/** Who hears of the commits. */
export interface CommitListener {
  /** A snapshot holds the tasks of all workers: this one's is missing. */
  askSnapshot(worker: number): void
  committed(workers: readonly number[], topics: ReadonlySet<string>): void
  failed(error: unknown): void
}

type Waiting = readonly [worker: number, commit: WorkerCommit]

/**
 * Makes the commits of several workers those of one job. A delta says what some tasks have done and stands
 * alone; a snapshot waits until all workers have given theirs, and none of them goes on meanwhile.
 */
export class SharedCommits {
  private readonly job: string
  private readonly jobHome: JobHome
  private readonly workers: number
  private readonly listener: CommitListener
  private readonly waiting = new Map<number, WorkerCommit>()
  private snapshotAsked = false
  private closing = false
  private busy = false
  private ended = false

  constructor(job: string, jobHome: JobHome, workers: number, listener: CommitListener) {
    this.job = job
    this.jobHome = jobHome
    this.workers = workers
    this.listener = listener
  }

  add(worker: number, commit: WorkerCommit): void {
    this.waiting.set(worker, commit)
    if (commit.kind === 'snapshot') this.askSnapshots()
    if (!this.busy) void this.settle()
  }

  /** The next commit of each worker is its last: one that had ended could not give its part of a snapshot. */
  close(): void {
    this.closing = true
  }

  /** Nothing more is committed. */
  end(): void {
    this.ended = true
  }

  private async settle(): Promise<void> {
    this.busy = true
    try {
      // What other workers have posted by now goes with it.
      await new Promise(resolve => setImmediate(resolve))
      for (let due = this.due(); due.length > 0 && !this.ended; due = this.due()) await this.commit(due)
    } catch (error) {
      this.listener.failed(error)
    } finally {
      this.busy = false
    }
  }

  private due(): Waiting[] {
    const all = [...this.waiting]
    const deltas = all.filter(([, { kind }]) => kind === 'delta')
    if (deltas.length > 0) return deltas
    return all.length === this.workers ? all : []
  }

  private async commit(due: readonly Waiting[]): Promise<void> {
    const commits = due.map(([, commit]) => commit)
    const { kind, payload } = commits[0]
    const joined =
      commits.length === 1
        ? payload
        : encodeCheckpoint(
            this.job,
            commits.flatMap(commit => decodeCheckpoint(commit, this.job)),
          )
    const topics = new Set<string>()
    for (const { topic, partition, bytes } of commits.flatMap(({ batches }) => batches)) {
      await this.jobHome.append(topic, partition, bytes)
      topics.add(topic)
    }
    await this.jobHome.commit(
      { kind, payload: joined },
      commits.flatMap(({ marks }) => marks),
    )
    for (const [worker] of due) this.waiting.delete(worker)
    if (kind === 'snapshot') this.snapshotAsked = false
    this.listener.committed(
      due.map(([worker]) => worker),
      topics,
    )
    if (this.jobHome.wantsSnapshot) this.askSnapshots()
  }

  private askSnapshots(): void {
    if (this.snapshotAsked || this.closing) return
    this.snapshotAsked = true
    for (let worker = 0; worker < this.workers; worker++) {
      if (this.waiting.get(worker)?.kind !== 'snapshot') this.listener.askSnapshot(worker)
    }
  }
}
