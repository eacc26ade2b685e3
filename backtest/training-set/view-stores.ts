import type { FeatureStore } from '../../engine/stores/feature-store.ts'
import type { HashStore } from '../../engine/stores/hash-store.ts'
import type { StoreSpec, Stores, StoreWriter } from '../../engine/stores/stores.ts'
import type { ExportedView } from './exported-view.ts'
import { titleOf } from './exported-view.ts'

const silent: StoreWriter = { write: () => {}, flush: async () => [], close: () => {} }

/** Nothing that is looked up is on the way to the views. */
const emptyHashes: HashStore = {
  read: async keys => keys.map(() => undefined),
  write: async () => {},
  close: async () => {},
}

/** Stores in which some views are kept, all else goes nowhere, and nothing is found. */
export function viewStores(features: FeatureStore, views: readonly ExportedView[]): Stores {
  const titles = new Set(views.map(({ spec }) => titleOf(spec)))
  const isKept = (spec: StoreSpec) => spec.kind === 'features' && titles.has(titleOf(spec))
  return {
    openWriter: async (spec, schema, place) =>
      spec.kind === 'features' && isKept(spec) ? features.openWriter(spec, schema, place) : silent,
    openLookup: async () => ({ get: async entities => entities.map(() => undefined), close: () => {} }),
    hashes: emptyHashes,
    close: async () => {},
  }
}
