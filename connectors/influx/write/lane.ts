import { limits } from '../../../engine/limits.ts'
import type { StoreReject } from '../../../engine/stores/stores.ts'
import type { InfluxClient } from '../client.ts'
import { PointBatch } from './point-batch.ts'
import { sendPoints } from './send-points.ts'

/** Points that are sent in their order, one request after the other. */
export class Lane {
  /** Takes points. */
  open = new PointBatch()
  private readonly client: InfluxClient
  private readonly signal: AbortSignal
  private readonly waiting: PointBatch[] = []
  private spare: PointBatch | undefined
  private readonly rejects: StoreReject[] = []
  /** The sending of all that waits. */
  private sending: Promise<void> | undefined
  /** The sending of the batch that is first. */
  private current: Promise<void> = Promise.resolve()

  constructor(client: InfluxClient, signal: AbortSignal) {
    this.client = client
    this.signal = signal
  }

  /** Sends the open batch when all before it is sent. */
  push(): void {
    if (this.open.points === 0) return
    this.waiting.push(this.open)
    this.open = this.spare ?? new PointBatch()
    this.spare = undefined
    if (this.sending !== undefined) return
    this.sending = this.sendWaiting()
    // Whoever waits for room or for the end hears of a failure.
    this.sending.catch(() => {})
  }

  /** Nothing is under way that the open batch would have to wait for. */
  get isIdle(): boolean {
    return this.sending === undefined
  }

  get isCrowded(): boolean {
    return this.waiting.length > limits.influxWaiting
  }

  async relieved(): Promise<void> {
    while (this.isCrowded) await this.current
  }

  /** Resolves when all is sent, with what was refused. */
  async flush(): Promise<readonly StoreReject[]> {
    this.push()
    await this.sending
    return this.rejects.splice(0)
  }

  private async sendWaiting(): Promise<void> {
    for (let batch = this.waiting[0]; batch !== undefined; batch = this.waiting[0]) {
      this.current = this.sendFirst(batch)
      await this.current
    }
    this.sending = undefined
  }

  private async sendFirst(batch: PointBatch): Promise<void> {
    this.rejects.push(...(await sendPoints(this.client, batch, this.signal)))
    this.waiting.shift()
    batch.clear()
    this.spare ??= batch
  }
}
