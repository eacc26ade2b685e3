import { HeadraceError } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'

/** The values of some rows: a list for each input of the model, in their order. */
export type InputValues = readonly (readonly unknown[])[]

/** Where the answers to a request's rows stand in those of the batch that it went with. */
export interface Answered<A> {
  readonly answers: A
  readonly from: number
  readonly rows: number
}

export interface QueueOptions<A> {
  /** Scores all rows of a batch. One call at a time. */
  readonly score: (inputs: InputValues, rows: number) => Promise<A>
  /** With so many rows waiting, a batch is full. */
  readonly batchRows: () => number
  /** How long a request waits for others, at most, while the model is in use. */
  readonly waitMs: number
  /** Hears of each batch: its rows, and how long the first of its requests has waited. */
  readonly onBatch?: (rows: number, waitedMs: number) => void
}

interface Waiting<A> {
  readonly inputs: InputValues
  readonly rows: number
  readonly since: number
  readonly resolve: (answered: Answered<A>) => void
  readonly reject: (error: unknown) => void
}

/**
 * Puts requests that come close together into one batch: it leaves when it is full, when its first request has waited
 * long enough, or at once where the model was not in use just before, so that a lone request does not wait. A request
 * is never spread over two batches.
 */
export class ScoreQueue<A> {
  private readonly options: QueueOptions<A>
  private waiting: Waiting<A>[] = []
  private waitingRows = 0
  private isScoring = false
  private lastEnd = Number.NEGATIVE_INFINITY
  private leaving: NodeJS.Immediate | undefined
  private timer: NodeJS.Timeout | undefined

  constructor(options: QueueOptions<A>) {
    this.options = options
  }

  /** Rows that wait, those that are being scored left out. */
  get rows(): number {
    return this.waitingRows
  }

  /** `inputs` have to be fit for the model: what fails one request of a batch fails all of them. */
  score(inputs: InputValues, rows: number): Promise<Answered<A>> {
    if (this.waitingRows + rows > limits.scoreQueueRows) {
      const message = `${this.waitingRows} rows wait for the model already`
      return Promise.reject(new HeadraceError('HR_SERVER_BUSY', message))
    }
    return new Promise((resolve, reject) => {
      this.waiting.push({ inputs, rows, since: performance.now(), resolve, reject })
      this.waitingRows += rows
      this.schedule()
    })
  }

  private schedule(): void {
    if (this.isScoring || this.leaving !== undefined || this.waiting.length === 0) return
    const dueMs = this.dueMs(performance.now())
    if (dueMs > 0) {
      this.timer ??= setTimeout(() => this.ring(), dueMs)
      return
    }
    clearTimeout(this.timer)
    this.timer = undefined
    // Requests that have arrived together are handled one after the other, and go together.
    this.leaving = setImmediate(() => void this.leave())
  }

  private ring(): void {
    this.timer = undefined
    this.schedule()
  }

  private dueMs(now: number): number {
    const { batchRows, waitMs } = this.options
    const isIdle = now - this.lastEnd >= waitMs
    if (isIdle || this.waitingRows >= batchRows()) return 0
    return this.waiting[0].since + waitMs - now
  }

  private async leave(): Promise<void> {
    this.leaving = undefined
    const batch = this.take(performance.now())
    if (batch.length > 0) {
      this.isScoring = true
      await this.scoreBatch(batch)
      this.isScoring = false
      this.lastEnd = performance.now()
    }
    this.schedule()
  }

  /** The first requests, up to a full batch, without those that have been told by now that it takes too long. */
  private take(now: number): Waiting<A>[] {
    const most = this.options.batchRows()
    const batch: Waiting<A>[] = []
    let taken = 0
    let rows = 0
    for (const request of this.waiting) {
      const isLate = now - request.since > limits.serverAnswerMs
      if (!isLate && rows > 0 && rows + request.rows > most) break
      taken++
      this.waitingRows -= request.rows
      if (isLate) {
        request.reject(new HeadraceError('HR_REQUEST_TIMEOUT', 'the model was not free in time'))
        continue
      }
      rows += request.rows
      batch.push(request)
    }
    this.waiting.splice(0, taken)
    return batch
  }

  private async scoreBatch(batch: readonly Waiting<A>[]): Promise<void> {
    const [first] = batch
    const rows = batch.reduce((sum, request) => sum + request.rows, 0)
    this.options.onBatch?.(rows, performance.now() - first.since)
    try {
      const answers = await this.options.score(joined(batch), rows)
      let from = 0
      for (const request of batch) {
        request.resolve({ answers, from, rows: request.rows })
        from += request.rows
      }
    } catch (error) {
      for (const request of batch) request.reject(error)
    }
  }
}

function joined(batch: readonly { readonly inputs: InputValues }[]): InputValues {
  const [first] = batch
  if (batch.length === 1) return first.inputs
  return first.inputs.map((_, input) => batch.flatMap(({ inputs }) => inputs[input]))
}
