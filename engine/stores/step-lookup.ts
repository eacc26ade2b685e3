import { HeadraceError, isHeadraceError } from '../errors.ts'
import { limits } from '../limits.ts'
import type { Clock } from '../time/clock.ts'
import { tooLate, withinTime } from '../time/within-time.ts'
import type { Entity } from './feature-store.ts'
import type { FeatureViewSpec } from './feature-view.ts'
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

/** What a step asks of a feature view: in pieces of bounded size, and again where it does not answer in time. */
export class StepLookup {
  /** Entities that the store was asked for, and those that the cache knew. */
  asked = 0
  remembered = 0
  private readonly view: FeatureViewSpec
  private readonly options: LookupOptions
  private readonly place: WriterPlace
  private readonly stores: Stores | undefined
  private readonly clock: Clock
  private readonly cache: LookupCache<Entity, FeatureValues | undefined> | null
  private lookup: FeatureLookup | undefined

  constructor(
    view: FeatureViewSpec,
    options: LookupOptions,
    place: WriterPlace,
    stores: Stores | undefined,
    clock: Clock,
  ) {
    this.view = view
    this.options = options
    this.place = place
    this.stores = stores
    this.clock = clock
    this.cache = options.cache && new LookupCache(options.cache)
  }

  /** Before the task reads its first record, so that a deployment without the view says so at once. */
  async open(): Promise<void> {
    if (this.stores === undefined) {
      const message = `no store is configured for feature view "${this.view.name}"`
      throw new HeadraceError('HR_STORE_MISSING', message, this.place)
    }
    this.lookup = await this.stores.openLookup(this.view, this.options.fields)
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
    this.asked += unknown.length
    this.remembered += entities.length - unknown.length
    return found
  }

  close(): void {
    this.lookup?.close()
    this.lookup = undefined
  }

  /** Asks again, for a bounded time, while it fails in a way that may pass. */
  private async ask(entities: readonly Entity[]): Promise<readonly (FeatureValues | undefined)[]> {
    const { clock, stores, view, place } = this
    const what = `look-ups of "${place.step}" in feature view "${view.name}"`
    const began = clock.now()
    for (let attempt = 0; ; attempt++) {
      try {
        const answer = await this.askOnce(entities)
        if (attempt > 0) stores?.notify?.(`${what} are answered again`)
        return answer
      } catch (error) {
        const mayPass = isHeadraceError(error) && error.retryable
        if (!mayPass || clock.now() - began >= limits.storeRetryMs) throw error
        if (attempt === 0) stores?.notify?.(`${what} fail and are tried again: ${error.what}`)
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
