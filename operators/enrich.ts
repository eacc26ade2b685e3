import type { OperatorFunction } from 'rxjs'
import type { Batch } from '../engine/batch/batch.ts'
import type { Fields, RowOf, Schema } from '../engine/batch/schema.ts'
import { makeSchema } from '../engine/batch/schema.ts'
import { readValue } from '../engine/batch/values.ts'
import { HeadraceError } from '../engine/errors.ts'
import { operator } from '../engine/graph/operator.ts'
import { KeySpace, slotsOf } from '../engine/state/keys/key-space.ts'
import type { RunningStep, StepContext } from '../engine/step.ts'
import type { Entity } from '../engine/stores/feature-store.ts'
import type { FeatureView } from '../engine/stores/feature-view.ts'
import { entityKinds, viewSpec } from '../engine/stores/feature-view.ts'
import type { Hash, LookupSpec } from '../engine/stores/hash.ts'
import { hashSpec, lookupTitle } from '../engine/stores/hash.ts'
import type { StepLookup } from '../engine/stores/step-lookup.ts'
import type { Duration } from '../engine/time/duration.ts'
import { durationMs } from '../engine/time/duration.ts'
import { FoundFeatures } from './enrich/found-features.ts'
import type { LoosePolicy, TakenField } from './enrich/taken-fields.ts'
import { fieldsToTake } from './enrich/taken-fields.ts'
import type { Columns, Taken } from './join/taken-columns.ts'

/** Passed on with nulls, left out, sent to the rejected rows, or given these values instead. */
export type MissingPolicy<A> = 'null' | 'drop' | 'reject' | { readonly [K in keyof A]?: A[K] }

type EntityColumn<T> = { [K in keyof T]: T[K] extends Entity ? K : never }[keyof T] & string

export interface EnrichOptions<B, X, M> {
  /** The column with the entity. */
  readonly by: B
  /** The fields that rows get: all of them, unless said otherwise. */
  readonly take?: X
  /** What becomes of a row that a field is missing for: 'null' unless said otherwise. */
  readonly onMissing?: M
  /** Of a feature view: a value that is older than its row by more counts as missing. */
  readonly maxAge?: Duration
  /** Answers that are remembered, in each task: so many, for so long. */
  readonly cache?: { readonly entries: number; readonly ttl: Duration }
  /** How long an answer may take before the store is asked again: two seconds unless said otherwise. */
  readonly timeout?: Duration
}

/** A row with features beside its own columns. */
export type Enriched<T, A, M> = {
  readonly [K in keyof T | keyof A]: K extends keyof T
    ? T[K]
    : K extends keyof A
      ? A[K] | (M extends 'drop' | 'reject' ? never : K extends keyof M ? never : null)
      : never
}

/**
 * Gives rows the features of their entities, or the fields of their hashes, as they are at the moment. The rows keep
 * their order; all those of a tick are looked up together.
 */
export function enrich<
  T,
  F extends Fields,
  const B extends EntityColumn<T>,
  const X extends Columns<RowOf<F>> | undefined = undefined,
  const M extends MissingPolicy<Taken<RowOf<F>, never, X>> = 'null',
>(
  id: string,
  from: FeatureView<string, F> | Hash<F>,
  options: EnrichOptions<B, X, M>,
): OperatorFunction<Batch<T>, Batch<Enriched<T, Taken<RowOf<F>, never, X>, M>>> {
  return operator<T, Enriched<T, Taken<RowOf<F>, never, X>, M>>({
    kind: 'enrich',
    id,
    start: ([schema], context) =>
      new Enrich(schema as Schema, from, options as LooseOptions, context as never) as never,
  })
}

type LooseOptions = EnrichOptions<
  string,
  readonly string[] | Readonly<Record<string, string>> | undefined,
  LoosePolicy
>

class Enrich implements RunningStep<unknown, unknown> {
  readonly schema: Schema
  private readonly context: StepContext<unknown, unknown>
  private readonly source: LookupSpec
  private readonly onMissing: LoosePolicy
  private readonly keys: KeySpace
  private readonly taken: readonly TakenField[]
  private readonly ownColumns: number
  private readonly oldestMs: number
  private readonly lookup: StepLookup
  /** What the tick has brought. */
  private arrived: Batch[] = []

  constructor(
    stream: Schema,
    from: FeatureView | Hash,
    options: LooseOptions,
    context: StepContext<unknown, unknown>,
  ) {
    const { id } = context
    const { by, take, onMissing = 'null', maxAge, cache, timeout = '2s' } = options
    this.context = context
    this.source = from.$store === 'hash' ? hashSpec(from) : viewSpec(from)
    this.onMissing = onMissing
    this.keys = entityColumn(stream, by, id)
    this.taken = fieldsToTake(id, stream, from, take, onMissing)
    this.ownColumns = stream.names.length
    const added = this.taken.map(({ name, field }) => [name, field])
    this.schema = makeSchema(stream.name, { ...stream.fields, ...Object.fromEntries(added) })
    this.oldestMs = oldest(this.source, maxAge, id)
    this.lookup = context.lookup(this.source, {
      fields: [...new Set(this.taken.map(({ from }) => from))],
      timeoutMs: positive(durationMs(timeout, `timeout of "${id}"`), 'timeout', id),
      cache: cache === undefined ? null : cacheBounds(cache, id),
    })
  }

  push(batch: Batch): void {
    this.arrived.push(batch)
  }

  advance(): void | Promise<void> {
    if (this.arrived.length > 0) return this.pass(this.arrived.splice(0))
  }

  close(): void {
    this.lookup.close()
  }

  private async pass(batches: readonly Batch[]): Promise<void> {
    const entities: Entity[] = []
    const slots = this.slotsOf(batches, entities)
    const found = new FoundFeatures(this.taken, await this.lookup.get(entities), this.oldestMs)
    batches.forEach((batch, index) => {
      if (this.onMissing === 'drop' || this.onMissing === 'reject' || found.someAreWrong) {
        this.emitUsable(batch, slots[index], found, entities)
      } else this.emit(batch, slots[index], found)
    })
  }

  /** Gives each row the number of its entity, and `entities` each of them once. */
  private slotsOf(batches: readonly Batch[], entities: Entity[]): Int32Array[] {
    const { keys } = this
    const table = keys.newTable()
    const slots = batches.map(batch => {
      const own = batch.arena.i32(batch.rows)
      slotsOf(table, keys.keysOf(batch), 0, batch.rows, own)
      const column = batch.named(keys.names[0])
      for (let row = 0; row < batch.rows; row++) {
        // Numbers are given in the order in which entities first appear.
        if (own[row] === entities.length) entities.push(readValue(keys.fields[0], column, row) as Entity)
      }
      return own
    })
    table.release()
    return slots
  }

  /** Without the rows whose values cannot be used, and those that a field is missing for where they are not wanted. */
  private emitUsable(
    batch: Batch,
    slots: Int32Array,
    found: FoundFeatures,
    entities: readonly Entity[],
  ): void {
    const { arena, rows, time } = batch
    const kept = arena.i32(rows)
    const keptSlots = arena.i32(rows)
    let count = 0
    for (let row = 0; row < rows; row++) {
      const slot = slots[row]
      const wrong = found.wrongOf(slot)
      if (wrong !== undefined) this.context.reject(batch, row, 'HR_HASH_VALUE', wrong)
      else if (this.isWanted(batch, row, found.firstMissing(slot, time[row]), entities[slot])) {
        keptSlots[count] = slot
        kept[count++] = row
      }
    }
    if (count === rows) this.emit(batch, slots, found)
    else if (count > 0) this.emit(batch.pick(kept, count), keptSlots, found)
  }

  /** Whether a row goes on of which the taken field with this number is missing; -1: none is. */
  private isWanted(batch: Batch, row: number, missing: number, entity: Entity): boolean {
    if (missing < 0 || typeof this.onMissing === 'object' || this.onMissing === 'null') return true
    if (this.onMissing === 'reject') {
      const what = this.source.kind === 'hash' ? lookupTitle(this.source) : 'the view'
      const message = `${what} has no usable "${this.taken[missing].from}" of ${entity}`
      this.context.reject(batch, row, 'HR_FEATURE_MISSING', message)
    }
    return false
  }

  private emit(batch: Batch, slots: Int32Array, found: FoundFeatures): void {
    const { ownColumns } = this
    const column = (index: number) =>
      index < ownColumns ? batch.column(index) : found.column(index - ownColumns, slots, batch)
    this.context.emit(batch.withColumns(this.schema, { column }))
  }
}

/** How old a value may be. */
function oldest(source: LookupSpec, maxAge: Duration | undefined, step: string): number {
  if (source.kind === 'hash' && maxAge !== undefined) {
    const message = `maxAge of "${step}": ${lookupTitle(source)} does not tell how old its values are`
    throw new HeadraceError('HR_CONFIG_INVALID', message, { step })
  }
  const ttlMs = source.kind === 'hash' ? null : source.ttlMs
  const ages = [maxAge === undefined ? null : durationMs(maxAge, `maxAge of "${step}"`), ttlMs]
  return Math.min(...ages.map(ms => ms ?? Number.POSITIVE_INFINITY))
}

function entityColumn(stream: Schema, by: string, step: string): KeySpace {
  const keys = new KeySpace(stream, by, step)
  const { kind } = keys.fields[0]
  if (entityKinds.includes(kind)) return keys
  const message = `by "${by}" is of kind ${kind}: an entity is text or a whole number`
  throw new HeadraceError('HR_CONFIG_INVALID', message, { step })
}

function cacheBounds({ entries, ttl }: { readonly entries: number; readonly ttl: Duration }, id: string) {
  const ttlMs = positive(durationMs(ttl, `ttl of the cache of "${id}"`), 'ttl of the cache', id)
  if (Number.isInteger(entries) && entries > 0) return { entries, ttlMs }
  throw new HeadraceError('HR_CONFIG_INVALID', `entries of the cache of "${id}" is ${entries}: at least 1`)
}

function positive(ms: number, what: string, id: string): number {
  if (ms > 0) return ms
  throw new HeadraceError('HR_CONFIG_INVALID', `${what} of "${id}" is 0`)
}
