import { limits } from '../../engine/limits.ts'
import type { FeatureStore, ViewListing } from '../../engine/stores/feature-store.ts'

/** The list of the views, asked for at most now and then, however many want it: a store counts entities for it. */
export function knownViews(store: FeatureStore): () => Promise<readonly ViewListing[]> {
  let asked: Promise<readonly ViewListing[]> | undefined
  let at = Number.NEGATIVE_INFINITY
  return () => {
    if (asked !== undefined && performance.now() - at < limits.serverListingMs) return asked
    at = performance.now()
    const asking = store.list()
    asked = asking
    asking.catch(() => {
      asked = undefined
    })
    return asking
  }
}
