import type { MessagePort } from 'node:worker_threads'
import type { CheckpointRecord, JobHome, Lead, TaskMark } from '../home.ts'
import { limits } from '../limits.ts'
import type { FromWorker, OutputBatch, ToWorker } from './messages.ts'

/** A job's home as a worker thread sees it: the main thread, which commits for all workers, holds the real one. */
export class PortJobHome implements JobHome, Lead {
  readonly lead: Lead = this
  private readonly port: MessagePort
  private readonly records: CheckpointRecord[]
  private batches: OutputBatch[] = []
  private batchBytes = 0
  private snapshotAsked = false
  private published = 0
  /** What was published when the current turn began. */
  private seen = 0
  private committed = () => {}
  private wake = () => {}

  constructor(port: MessagePort, records: CheckpointRecord[]) {
    this.port = port
    this.records = records
  }

  /** Gives the records once, and lets their memory go. */
  restore(): Iterable<CheckpointRecord> {
    return this.records.splice(0)
  }

  append(topic: string, partition: number, batch: Uint8Array): void {
    // Not `batch.slice()`: of a Buffer that is a view, and its memory is about to move to another thread.
    this.batches.push({ topic, partition, bytes: new Uint8Array(batch) })
    this.batchBytes += batch.length
  }

  async commit({ kind, payload }: CheckpointRecord, marks: readonly TaskMark[]): Promise<void> {
    const { batches } = this
    this.batches = []
    this.batchBytes = 0
    const committed = new Promise<void>(resolve => {
      this.committed = resolve
    })
    const message: FromWorker = { type: 'commit', commit: { kind, payload, batches, marks } }
    const moved = [payload, ...batches.map(({ bytes }) => bytes)].map(({ buffer }) => buffer as ArrayBuffer)
    this.port.postMessage(message, moved)
    await committed
    // What was asked for while this one waited has been answered by it.
    if (kind === 'snapshot') this.snapshotAsked = false
  }

  get wantsSnapshot(): boolean {
    return this.snapshotAsked
  }

  get wantsCommit(): boolean {
    return this.snapshotAsked || this.batchBytes > limits.workerOutputBytes
  }

  turning(): void {
    this.seen = this.published
  }

  idle(): void {
    const message: FromWorker = { type: 'idle', published: this.seen }
    this.port.postMessage(message)
  }

  asked(signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      if (signal.aborted || this.wantsCommit || this.published > this.seen) return resolve()
      this.wake = resolve
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
  }

  receive(message: ToWorker): void {
    if (message.type === 'committed') this.committed()
    if (message.type === 'snapshot') this.snapshotAsked = true
    if (message.type === 'published') this.published = message.published
    this.wake()
  }

  /** Nothing is held here: what was not committed is gone with the worker. */
  async close(): Promise<void> {}
}
