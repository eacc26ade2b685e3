import { isHeadraceError } from '../engine/errors.ts'
import type { FeatureStore } from '../engine/stores/feature-store.ts'
import type { StoreOptions } from './stores.ts'

/** Where look-ups read, if that is not where a job writes. Plain data. */
export interface LookupOptions extends Pick<StoreOptions, 'redis' | 'embedded'> {
  /** Views that the job writes itself: these it reads where it writes them. */
  readonly own: readonly string[]
}

/**
 * Look-ups of views that others write, in a store that is only read. A view that is not there is not made there, as a
 * look-up would, but where the job writes: it is empty in either place.
 */
export function lookupsIn(
  elsewhere: FeatureStore,
  written: FeatureStore,
  own: readonly string[],
): Pick<FeatureStore, 'openLookup' | 'close'> {
  const isThere = async (name: string, version: number) => {
    try {
      await elsewhere.definition(name, version)
      return true
    } catch (error) {
      if (isHeadraceError(error, 'HR_VIEW_UNKNOWN')) return false
      throw error
    }
  }
  return {
    openLookup: async (view, fields) => {
      const isElsewhere = !own.includes(view.name) && (await isThere(view.name, view.version))
      return (isElsewhere ? elsewhere : written).openLookup(view, fields)
    },
    close: () => elsewhere.close(),
  }
}
