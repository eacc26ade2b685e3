import type { TestContext } from 'node:test'
import type { Series } from '../../engine/stores/series.ts'
import { seriesSpec } from '../../engine/stores/series.ts'
import type { SeriesStore } from '../../engine/stores/series-store.ts'
import type { StoreWriter } from '../../engine/stores/stores.ts'
import { place } from './feature-views.ts'

/** Makes an empty store. What it returns opens that store again, as the next process would. */
export type SeriesStoreFactory = (t: TestContext) => Promise<() => SeriesStore> | (() => SeriesStore)

export interface SeriesHome {
  readonly name: string
  readonly factory: SeriesStoreFactory
  /** How many random histories are tried. */
  readonly histories: number
}

export async function openSeries(store: SeriesStore, of: Series): Promise<StoreWriter> {
  return store.openWriter(seriesSpec(of), of.schema, place)
}
