import { HeadraceError } from '../../engine/errors.ts'
import type { FeatureStore } from '../../engine/stores/feature-store.ts'
import type { HashStore } from '../../engine/stores/hash-store.ts'
import type { StoreSpec, Stores, StoreWriter } from '../../engine/stores/stores.ts'
import type { ExportedView } from './exported-view.ts'
import { titleOf } from './exported-view.ts'

const silent: StoreWriter = { write: () => {}, flush: async () => [], close: () => {} }

/** Stores in which some views are kept and all else goes nowhere. Nothing can be looked up in them. */
export function viewStores(features: FeatureStore, views: readonly ExportedView[]): Stores {
  const titles = new Set(views.map(({ spec }) => titleOf(spec)))
  const isKept = (spec: StoreSpec) => spec.kind === 'features' && titles.has(titleOf(spec))
  return {
    openWriter: async (spec, schema, place) =>
      spec.kind === 'features' && isKept(spec) ? features.openWriter(spec, schema, place) : silent,
    openLookup: async ({ name }) => {
      throw unknowable(`feature view "${name}"`)
    },
    get hashes(): HashStore {
      throw unknowable('hashes')
    },
    close: async () => {},
  }
}

function unknowable(what: string): HeadraceError {
  const message = `a step looks things up in ${what}, and what it would have found at an earlier time is not known`
  return new HeadraceError('HR_EXPORT_LOOKUP', message)
}
