import type { Schema } from '../batch/schema.ts'
import type { SeriesSpec } from './series.ts'
import type { StoreWriter, WriterPlace } from './stores.ts'

/** Time series in one system. */
export interface SeriesStore {
  openWriter(series: SeriesSpec, schema: Schema, place: WriterPlace): Promise<StoreWriter>
  /** A series that is not there is an error, `HR_SERIES_UNKNOWN`. */
  query(query: SeriesQuery): Promise<SeriesAnswer>
  /** All series in the order of their names. */
  list(): Promise<readonly SeriesListing[]>
  close(): Promise<void>
}

export interface SeriesQuery {
  readonly series: string
  /** Milliseconds, the first that counts. */
  readonly from?: number | undefined
  /** Milliseconds, the first that does not count any more. */
  readonly to?: number | undefined
  /** Only points with these tags. */
  readonly where?: Readonly<Record<string, string>> | undefined
  /** So many points at most, the latest ones. */
  readonly limit?: number | undefined
}

export interface SeriesAnswer {
  /** In the order of the series, where its store knows that. */
  readonly tags: readonly string[]
  readonly values: readonly string[]
  /** By time; those of one time by their tags. */
  readonly points: readonly SeriesPoint[]
  /** Whether there are more, before those. */
  readonly isCut: boolean
}

export interface SeriesPoint {
  readonly time: number
  /** Of all kinds as text. A tag that is null or empty is not there. */
  readonly tags: Readonly<Record<string, string>>
  /** A value that is null is not there. Times are milliseconds, decimals text. */
  readonly values: Readonly<Record<string, number | bigint | string | boolean>>
}

export interface SeriesListing {
  readonly name: string
  readonly tags: readonly string[]
  readonly values: readonly string[]
  readonly points: number | null
  readonly oldest: number | null
  readonly newest: number | null
}
