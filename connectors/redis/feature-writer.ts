import type { Schema } from '../../engine/batch/schema.ts'
import { limits } from '../../engine/limits.ts'
import type { StoreReject, StoreRows, StoreWriter } from '../../engine/stores/stores.ts'
import type { RedisClient } from './client.ts'
import type { ExpiryCommand } from './fenced-write.ts'
import { fencedWrite } from './fenced-write.ts'
import type { ViewVersionName } from './keys.ts'
import { newestKey, versionName } from './keys.ts'
import type { Script } from './scripts.ts'
import { raiseNewest } from './scripts.ts'
import type { WriteCall } from './write-calls.ts'
import { WriteCalls } from './write-calls.ts'
import { WriteCommand } from './write-command.ts'

export interface FeatureWriterParts {
  readonly client: RedisClient
  readonly view: ViewVersionName
  readonly schema: Schema
  readonly expiry: ExpiryCommand
  readonly lifeMs: number | null
}

/** Writes one sink's rows to a version of a view. What is not acknowledged is kept, within bounds, and sent again. */
export class FeatureWriter implements StoreWriter {
  private readonly client: RedisClient
  private readonly view: ViewVersionName
  private readonly script: Script
  private readonly calls: WriteCalls
  private underWay = 0
  private underWayBytes = 0
  private readonly waiting = new Set<{ readonly bytesMax: number; readonly go: () => void }>()
  private readonly closing = new AbortController()
  private readonly ended: AbortSignal
  private failure: unknown
  private newest = Number.NEGATIVE_INFINITY
  private newestStored = Number.NEGATIVE_INFINITY

  constructor({ client, view, schema, expiry, lifeMs }: FeatureWriterParts) {
    const { keyPrefix, isCluster } = client.place
    this.client = client
    this.ended = AbortSignal.any([this.closing.signal, client.closed])
    this.view = view
    this.script = fencedWrite(expiry)
    this.calls = new WriteCalls({ view, schema, keyPrefix, script: this.script, lifeMs, byBucket: isCluster })
  }

  /** Before the first row. */
  open(): Promise<void> {
    return this.client.askAgain(() => this.client.load(this.script))
  }

  write(rows: StoreRows): void | Promise<void> {
    this.throwFailure()
    for (let row = 0; row < rows.rows; row++) this.newest = Math.max(this.newest, rows.time[row])
    for (const call of this.calls.make(rows)) void this.deliver(call)
    if (this.underWayBytes > limits.redisUnsentBytes) return this.below(limits.redisUnsentBytes / 2)
  }

  async flush(): Promise<readonly StoreReject[]> {
    if (this.underWay > 0) await this.below(0)
    this.throwFailure()
    if (this.newest > this.newestStored) await this.storeNewest(this.newest)
    return []
  }

  close(): void {
    this.closing.abort(new Error('the writer was closed'))
    this.failure ??= this.closing.signal.reason
    this.wake()
  }

  private async deliver(call: WriteCall): Promise<void> {
    this.underWay++
    this.underWayBytes += call.bytes.length
    try {
      await this.client.deliver(() => new WriteCommand(this.script, call), this.script, this.ended)
    } catch (error) {
      this.failure ??= error
    }
    this.underWay--
    this.underWayBytes -= call.bytes.length
    this.wake()
  }

  private async storeNewest(time: number): Promise<void> {
    const { keyPrefix } = this.client.place
    await this.client.run(raiseNewest, newestKey(keyPrefix), versionName(this.view), String(time))
    this.newestStored = time
  }

  /** Resolves when no more than so many bytes are not acknowledged, or something has gone wrong for good. */
  private async below(bytesMax: number): Promise<void> {
    await new Promise<void>(go => {
      this.waiting.add({ bytesMax, go })
      this.wake()
    })
    this.throwFailure()
  }

  private wake(): void {
    for (const waiter of this.waiting) {
      if (this.failure === undefined && this.underWayBytes > waiter.bytesMax) continue
      this.waiting.delete(waiter)
      waiter.go()
    }
  }

  private throwFailure(): void {
    if (this.failure !== undefined) throw this.failure
  }
}
