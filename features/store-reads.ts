import { HeadraceError } from '../engine/errors.ts'
import { limits } from '../engine/limits.ts'
import type { Entity, FeatureStore, StoredFeature } from '../engine/stores/feature-store.ts'
import type { CacheBounds } from '../engine/stores/lookup-cache.ts'
import { LookupCache } from '../engine/stores/lookup-cache.ts'
import type { Clock } from '../engine/time/clock.ts'
import { tooLate, withinTime } from '../engine/time/within-time.ts'

type Row = readonly StoredFeature[]

/** Where the rows of an answer came from: the cache, another read that was under way, or the store. */
export interface RowOrigins {
  readonly remembered: number
  readonly shared: number
  readonly asked: number
}

export interface StoreReadsOptions {
  readonly timeoutMs: number
  readonly cache: CacheBounds | null
  readonly clock: Clock
  readonly onRead?: ((view: string, version: number, origins: RowOrigins) => void) | undefined
}

/** Reads of a version of a view that take a bounded time; with a cache, what is under way is not asked for twice. */
export class StoreReads {
  private readonly store: FeatureStore
  private readonly options: StoreReadsOptions
  private readonly cache: LookupCache<string, Row> | null
  private readonly underWay = new Map<string, Promise<Row>>()

  constructor(store: FeatureStore, options: StoreReadsOptions) {
    this.store = store
    this.options = options
    this.cache = options.cache && new LookupCache(options.cache)
  }

  /** One row for each entity, in their order. */
  async rows(
    view: string,
    version: number,
    entities: readonly Entity[],
    fields: readonly string[],
  ): Promise<readonly Row[]> {
    const { cache, underWay, options } = this
    if (cache === null) {
      options.onRead?.(view, version, { remembered: 0, shared: 0, asked: entities.length })
      return this.ask(view, version, entities, fields)
    }
    const now = options.clock.now()
    const prefix = JSON.stringify([view, version, fields])
    const known = new Map<string, Row | Promise<Row>>()
    const unknown = new Map<string, Entity>()
    let remembered = 0
    const keys = entities.map(entity => {
      const key = `${prefix}${entity}`
      const kept = cache.get(key, now)?.value
      if (kept !== undefined) remembered++
      const row = kept ?? underWay.get(key)
      if (row === undefined) unknown.set(key, entity)
      else known.set(key, row)
      return key
    })
    const answer = this.ask(view, version, [...unknown.values()], fields)
    for (const [index, key] of [...unknown.keys()].entries()) {
      const row = answer.then(rows => rows[index])
      known.set(key, row)
      this.follow(key, row, now)
    }
    const asked = unknown.size
    options.onRead?.(view, version, { remembered, asked, shared: keys.length - remembered - asked })
    return Promise.all(keys.map(key => known.get(key) as Row | Promise<Row>))
  }

  /** Lets others share what is under way, and keeps it once it is there. */
  private follow(key: string, row: Promise<Row>, asked: number): void {
    this.underWay.set(key, row)
    const over = () => void this.underWay.delete(key)
    row.then(value => this.cache?.set(key, value, asked)).then(over, over)
  }

  private async ask(
    view: string,
    version: number,
    entities: readonly Entity[],
    fields: readonly string[],
  ): Promise<readonly Row[]> {
    const rows: Row[] = []
    for (let from = 0; from < entities.length; from += limits.lookupEntities) {
      const part = entities.slice(from, from + limits.lookupEntities)
      const read = this.store.get({ view, version, entities: part, fields })
      const answer = await this.inTime(view, read)
      for (const row of answer.rows) rows.push(row)
    }
    return rows
  }

  async inTime<T>(view: string, work: Promise<T>): Promise<T> {
    const { clock, timeoutMs } = this.options
    const answer = await withinTime(clock, timeoutMs, work)
    if (answer !== tooLate) return answer
    const message = `the store gave no answer on feature view "${view}" within ${timeoutMs} ms`
    throw new HeadraceError('HR_STORE_TIMEOUT', message)
  }
}
