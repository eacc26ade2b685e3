import { limits } from '../engine/limits.ts'
import type { FeatureStore } from '../engine/stores/feature-store.ts'
import type { FeatureView } from '../engine/stores/feature-view.ts'
import type { ViewDefinition } from '../engine/stores/view-definition.ts'
import { needSameShape } from '../engine/stores/view-definition.ts'
import type { Clock } from '../engine/time/clock.ts'

interface KnownView {
  readonly definition: Promise<ViewDefinition>
  readonly until: number
}

/** What the store says of views, not asked for at every read. */
export class KnownViews {
  private readonly store: FeatureStore
  private readonly clock: Clock
  private readonly inTime: <T>(view: string, work: Promise<T>) => Promise<T>
  private readonly promoted = new Map<string, KnownView>()
  private readonly checked = new WeakMap<FeatureView, Promise<void>>()

  constructor(store: FeatureStore, clock: Clock, inTime: <T>(view: string, work: Promise<T>) => Promise<T>) {
    this.store = store
    this.clock = clock
    this.inTime = inTime
  }

  /** Makes sure, once, that the store has the view as the program has it. */
  async check(view: FeatureView): Promise<void> {
    let checking = this.checked.get(view)
    if (checking === undefined) {
      checking = this.definition(view.name, view.version).then(stored => needSameShape(stored, view))
      this.checked.set(view, checking)
      checking.catch(() => this.checked.delete(view))
    }
    return checking
  }

  /** A version of a view; which one is promoted may be known some seconds late. */
  async named(view: string, version: number | undefined): Promise<ViewDefinition> {
    const key = `${view}@${version ?? ''}`
    const now = this.clock.now()
    const known = this.promoted.get(key)
    if (known !== undefined && known.until > now) return known.definition
    const definition = this.definition(view, version)
    this.promoted.set(key, { definition, until: now + limits.viewKnownMs })
    // What is not there may come; and what others ask for must not fill the memory.
    definition.catch(() => this.promoted.delete(key))
    return definition
  }

  private definition(view: string, version: number | undefined): Promise<ViewDefinition> {
    return this.inTime(view, this.store.definition(view, version))
  }
}
