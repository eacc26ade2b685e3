import { HeadraceError, isHeadraceError } from '../errors.ts'
import { limits } from '../limits.ts'
import type { Clock } from '../time/clock.ts'
import { tooLate, withinTime } from '../time/within-time.ts'
import type { Entity } from './feature-store.ts'
import type { LookupSpec } from './hash.ts'
import { lookupTitle } from './hash.ts'
import { hashLookup } from './hash-lookup.ts'
import type { CacheBounds } from './lookup-cache.ts'
import { LookupCache } from './lookup-cache.ts'
import type { FeatureLookup, FeatureValues, Stores, WriterPlace } from './stores.ts'

export interface LookupOptions {
  readonly fields: readonly string[]
  /** How long an answer may take, before the store is asked again. */
  readonly timeoutMs: number
  readonly cache: CacheBounds | null
}

const FIRST_PAUSE_MS = 10

/** What a step asks of a feature view or of hashes: in pieces of bounded size, and again where it does not answer in time. */
export class StepLookup {
  readonly counters = { asked: 0, remembered: 0, failed: 0, seconds: 0 }
  private readonly spec: LookupSpec
  private readonly options: LookupOptions
  private readonly place: WriterPlace
  private readonly stores: Stores | undefined
  private readonly clock: Clock
  private readonly cache: LookupCache<Entity, FeatureValues | undefined> | null
  private lookup: FeatureLookup | undefined

  constructor(
    spec: LookupSpec,
    options: LookupOptions,
    place: WriterPlace,
    stores: Stores | undefined,
    clock: Clock,
  ) {
    this.spec = spec
    this.options = options
    this.place = place
    this.stores = stores
    this.clock = clock
    this.cache = options.cache && new LookupCache(options.cache)
  }

  get step(): string {
    return this.place.step
  }

  /** Before the task reads its first record, so that a deployment without the view says so at once. */
  async open(): Promise<void> {
    if (this.stores === undefined) {
      const message = `no store is configured for ${lookupTitle(this.spec)}`
      throw new HeadraceError('HR_STORE_MISSING', message, this.place)
    }
    const { spec, stores, options } = this
    this.lookup =
      spec.kind === 'hash'
        ? hashLookup(spec, options.fields, stores.hashes)
        : await stores.openLookup(spec, options.fields)
  }

  /** What is known of each entity, in their order; undefined where that is nothing. */
  async get(entities: readonly Entity[]): Promise<readonly (FeatureValues | undefined)[]> {
    const { cache } = this
    const found = new Array<FeatureValues | undefined>(entities.length)
    const unknown: number[] = []
    const now = cache === null ? 0 : this.clock.now()
    entities.forEach((entity, index) => {
      const answer = cache?.get(entity, now)
      if (answer === undefined) unknown.push(index)
      else found[index] = answer.value
    })
    for (let from = 0; from < unknown.length; from += limits.lookupEntities) {
      const part = unknown.slice(from, from + limits.lookupEntities)
      const answers = await this.ask(part.map(index => entities[index]))
      part.forEach((index, k) => {
        found[index] = answers[k]
        cache?.set(entities[index], answers[k], now)
      })
    }
    this.counters.asked += unknown.length
    this.counters.remembered += entities.length - unknown.length
    return found
  }

  close(): void {
    this.lookup?.close()
    this.lookup = undefined
  }

  /** Asks again, for a bounded time, while it fails in a way that may pass. */
  private async ask(entities: readonly Entity[]): Promise<readonly (FeatureValues | undefined)[]> {
    const { clock, counters, stores, spec, place } = this
    const what = `look-ups of "${place.step}" in ${lookupTitle(spec)}`
    const began = clock.now()
    for (let attempt = 0; ; attempt++) {
      const asked = clock.now()
      try {
        const answer = await this.askOnce(entities)
        if (attempt > 0) stores?.notify?.(`${what} are answered again`)
        return answer
      } catch (error) {
        counters.failed++
        const mayPass = isHeadraceError(error) && error.retryable
        if (!mayPass || clock.now() - began >= limits.storeRetryMs) throw error
        if (attempt === 0) stores?.notify?.(`${what} fail and are tried again: ${error.what}`)
      } finally {
        counters.seconds += Math.max(0, clock.now() - asked) / 1000
      }
      await clock.wait(Math.min(limits.storePauseMs, FIRST_PAUSE_MS * 2 ** attempt))
    }
  }

  private async askOnce(entities: readonly Entity[]): Promise<readonly (FeatureValues | undefined)[]> {
    const { timeoutMs } = this.options
    const answer = await withinTime(this.clock, timeoutMs, (this.lookup as FeatureLookup).get(entities))
    if (answer !== tooLate) return answer
    throw new HeadraceError('HR_STORE_TIMEOUT', `the store gave no answer within ${timeoutMs} ms`, this.place)
  }
}
