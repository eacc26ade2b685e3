import type { Column } from '../batch/columns.ts'
import type { Schema } from '../batch/schema.ts'
import type { ErrorCode } from '../error-codes.ts'
import type { FeatureViewSpec } from './feature-view.ts'
import type { HashStore } from './hash-store.ts'
import type { SeriesSpec } from './series.ts'

/** Where rows go that is no topic: what the job names, and what is written there. */
export type StoreSpec = FeatureViewSpec | SeriesSpec

/** Rows for a store, valid until the task's tick ends. */
export interface StoreRows {
  readonly rows: number
  /** In the order of the writer's schema. */
  readonly columns: readonly Column[]
  /** Event time, in milliseconds. */
  readonly time: Float64Array
  /**
   * Where the record stands that caused the row, and behind the point which of its rows it is: of two rows of one event
   * time the later one counts, and a row that is written again after a crash is not later than it was.
   */
  readonly position: Float64Array
}

/** A row that the store has refused for good after it was written. */
export interface StoreReject {
  readonly code: ErrorCode
  readonly message: string
  /** The row as it was sent. */
  readonly value: Uint8Array
  readonly time: number
}

/** Writes one sink's rows in one task. Writing a row again changes nothing, whatever was written meanwhile. */
export interface StoreWriter {
  /** A promise: too much is under way, and it resolves when that is better. */
  write(rows: StoreRows): void | Promise<void>
  /** Resolves when the store has acknowledged all that was written, with what it has refused. Then the task commits. */
  flush(): Promise<readonly StoreReject[]>
  close(): void
}

export interface WriterPlace {
  readonly job: string
  readonly step: string
}

/** Answers what is known of entities, in a view or in hashes. */
export interface FeatureLookup {
  /** The values of many entities, a row each in their order; undefined where there is none. */
  get(entities: readonly (string | number | bigint)[]): Promise<readonly (FeatureValues | undefined)[]>
  close(): void
}

/** What is known of one entity: for each field that was asked for, and is there, its value and event time. */
export interface FeatureValues {
  readonly values: Readonly<Record<string, unknown>>
  readonly times: Readonly<Record<string, number>>
  /** What is wrong with them, where they cannot be used. */
  readonly wrong?: string
}

/** The stores of a deployment: where its feature views and series live. */
export interface Stores {
  /** Checks that the view or series can be written as the job has it, and opens it. `schema` is of what will be written. */
  openWriter(spec: StoreSpec, schema: Schema, place: WriterPlace): Promise<StoreWriter>
  /** Opens a view to read from, for look-ups in the stream. */
  openLookup(view: FeatureViewSpec, fields: readonly string[]): Promise<FeatureLookup>
  /** Hashes that others keep, for look-ups in the stream. */
  readonly hashes: HashStore
  /** Hears of what a look-up goes through. */
  readonly notify?: (message: string) => void
  /** What a worker thread loads to have stores of its own. */
  readonly module?: StoresModule
  close(): Promise<void>
}

/** A module whose `openStores` gives the stores. Plain data. */
export interface StoresModule {
  readonly url: string
  readonly options: unknown
}
