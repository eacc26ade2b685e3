import type { FeatureStore } from './feature-store.ts'
import type { HashStore } from './hash-store.ts'
import type { SeriesStore } from './series-store.ts'
import type { Stores, StoresModule } from './stores.ts'

export interface StoreParts {
  readonly features: FeatureStore
  readonly series: SeriesStore
  readonly hashes: HashStore
  /** For views that are looked up, if that is not `features`. */
  readonly lookups?: Pick<FeatureStore, 'openLookup' | 'close'>
  /** Hears of what look-ups go through. */
  readonly notify?: ((message: string) => void) | undefined
  readonly module?: StoresModule
}

/** The stores of a deployment whose features and series may be in different systems. */
export function joinStores({ features, series, hashes, lookups, notify, module }: StoreParts): Stores {
  return {
    openWriter: (spec, schema, place) =>
      spec.kind === 'features'
        ? features.openWriter(spec, schema, place)
        : series.openWriter(spec, schema, place),
    openLookup: (view, fields) => (lookups ?? features).openLookup(view, fields),
    hashes,
    close: async () => {
      await Promise.all([features.close(), series.close(), hashes.close(), lookups?.close()])
    },
    ...(notify && { notify }),
    ...(module && { module }),
  }
}
