import { HeadraceError } from '../../engine/errors.ts'
import type {
  FeatureAnswer,
  FeatureRequest,
  FeatureStore,
  StoredFeature,
  ViewListing,
} from '../../engine/stores/feature-store.ts'
import type { FeatureView } from '../../engine/stores/feature-view.ts'
import type { ViewDefinition } from '../../engine/stores/view-definition.ts'

const missing: StoredFeature = { state: 'missing', value: undefined, time: null }

/** Features that a test has put there, by a store that can be slow or out of reach. */
export class ScriptedFeatures implements FeatureStore {
  readonly views: readonly FeatureView[]
  readonly values = new Map<string, Readonly<Record<string, StoredFeature>>>()
  readonly changes: string[] = []
  /** What values and lists wait for. */
  gate: Promise<unknown> = Promise.resolve()
  failure: HeadraceError | undefined
  reads = 0

  constructor(...views: readonly FeatureView[]) {
    this.views = views
  }

  put(view: FeatureView, entity: string, features: Readonly<Record<string, StoredFeature>>): void {
    this.values.set(`${view.name}@${view.version}/${entity}`, features)
  }

  async definition(view: string, version = 1): Promise<ViewDefinition> {
    this.needReach()
    const found = this.views.find(one => one.name === view && one.version === version)
    if (found !== undefined) return found
    throw new HeadraceError('HR_VIEW_UNKNOWN', `there is no feature view "${view}" of version ${version}`)
  }

  async get({ view, version, entities, fields }: FeatureRequest): Promise<FeatureAnswer> {
    this.reads++
    await this.gate
    const definition = await this.definition(view, version)
    const asked = fields ?? Object.keys(definition.fields)
    const unknown = asked.find(field => !Object.hasOwn(definition.fields, field))
    if (unknown !== undefined) throw new HeadraceError('HR_VIEW_UNKNOWN', `there is no field "${unknown}"`)
    const rows = entities.map(entity => {
      const stored = this.values.get(`${view}@${definition.version}/${entity}`)
      return asked.map(field => stored?.[field] ?? missing)
    })
    return { view, version: definition.version, fields: asked, rows }
  }

  async list(): Promise<readonly ViewListing[]> {
    await this.gate
    this.needReach()
    return this.views.map(definition => {
      const versions = [{ definition, entities: this.values.size, newest: 1_700_000_000_000 }]
      return { name: definition.name, promoted: definition.version, versions }
    })
  }

  async promote(view: string, version: number): Promise<void> {
    await this.definition(view, version)
    this.changes.push(`promote ${view}@${version}`)
  }

  async drop(view: string, version: number): Promise<void> {
    await this.definition(view, version)
    this.changes.push(`drop ${view}@${version}`)
  }

  async define(): Promise<void> {}

  openWriter(): never {
    throw new Error('nothing is written here')
  }

  openLookup(): never {
    throw new Error('no stream reads here')
  }

  async close(): Promise<void> {}

  private needReach(): void {
    if (this.failure !== undefined) throw this.failure
  }
}
