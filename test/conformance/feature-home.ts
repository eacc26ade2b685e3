import type { TestContext } from 'node:test'
import type { FeatureStore } from '../../engine/stores/feature-store.ts'

/** Makes an empty store, or one that others use too. What it returns opens that store again, as the next process would. */
export type FeatureStoreFactory = (t: TestContext) => () => FeatureStore | Promise<FeatureStore>

export interface FeatureHome {
  readonly name: string
  readonly factory: FeatureStoreFactory
  /** Whether a value that has expired is told from one that was never there: some servers delete it at once. */
  readonly tellsExpired: boolean
  /** How many random histories the ordering rule is tried on. */
  readonly histories: number
}
