import { HeadraceError } from '../../engine/errors.ts'
import type { WriterPlace } from '../../engine/stores/stores.ts'
import type { ViewDefinition } from '../../engine/stores/view-definition.ts'
import { needSameShape } from '../../engine/stores/view-definition.ts'

export interface CataloguedView {
  promoted: number
  readonly versions: Map<number, ViewDefinition>
}

/** The versions of feature views that are defined, and which of them are promoted. */
export class ViewCatalog {
  private readonly views = new Map<string, CataloguedView>()

  /** In the order of their names. */
  get entries(): [string, CataloguedView][] {
    return [...this.views].sort(([a], [b]) => (a < b ? -1 : 1))
  }

  define(view: ViewDefinition, place?: WriterPlace): void {
    const { name, version } = view
    const known = this.views.getOrInsertComputed(name, () => ({ promoted: version, versions: new Map() }))
    const stored = known.versions.get(version)
    if (stored !== undefined) needSameShape(stored, view, place)
    known.versions.set(version, view)
  }

  /** The promoted version unless one is named. */
  definition(name: string, version?: number): ViewDefinition {
    const view = this.views.get(name)
    const found = view?.versions.get(version ?? view.promoted)
    if (found !== undefined) return found
    const message =
      view === undefined
        ? `there is no feature view "${name}"`
        : `feature view "${name}" has no version ${version}; there are ${[...view.versions.keys()].join(', ')}`
    throw new HeadraceError('HR_VIEW_UNKNOWN', message)
  }

  promote(name: string, version: number): void {
    this.definition(name, version)
    const view = this.views.get(name)
    if (view !== undefined) view.promoted = version
  }

  drop(name: string, version: number): void {
    this.definition(name, version)
    const view = this.views.get(name) as CataloguedView
    if (view.promoted === version && view.versions.size > 1) {
      const message = `version ${version} of feature view "${name}" is the one that is read`
      throw new HeadraceError('HR_VIEW_PROMOTED', message)
    }
    view.versions.delete(version)
    if (view.versions.size === 0) this.views.delete(name)
  }
}
