import { isHeadraceError, messageOf } from '../errors.ts'
import type { Model } from './model.ts'
import type { LoadedModel, ModelHome } from './model-home.ts'
import { ModelRuns } from './model-runs.ts'
import type { Watchdog } from './watchdog.ts'

/** What a place for a model needs to fill itself. */
export interface PlaceParts {
  readonly model: Model
  readonly home: ModelHome
  readonly watchdog: Watchdog
  /** What the version in this place is for, in a notice. */
  readonly role: string
}

/** Holds the version that is to answer, or none. The next one is loaded beside it, and takes its place between calls. */
export class ModelPlace {
  current: ModelRuns | null = null
  swaps = 0
  /** Versions that could not be loaded. */
  refused = 0
  private readonly parts: PlaceParts
  private next: LoadedModel | null | undefined
  private asked: number | null = null
  private revision: string | undefined
  private isClosed = false

  constructor(parts: PlaceParts) {
    this.parts = parts
  }

  /** Loads the first version. */
  async fill(version: number | null, revision: string | undefined): Promise<void> {
    this.asked = version
    this.revision = revision
    if (version === null) return
    const { home, model, watchdog } = this.parts
    this.current = new ModelRuns(await home.load(model, version), watchdog)
  }

  /** Another version is to be here. What cannot be loaded changes nothing; it is not tried again for the same revision. */
  async want(version: number | null, revision: string | undefined): Promise<void> {
    if (version === this.asked && revision === this.revision) return
    this.asked = version
    this.revision = revision
    const { next } = this
    if (version !== null && version === next?.version) return
    this.next = undefined
    if (next) await this.end(next)
    if (version === (this.current?.model.version ?? null)) return
    if (version === null) this.next = null
    else await this.load(version)
  }

  /** Between two calls. True: there is another version here now. */
  take(): boolean {
    if (this.next === undefined) return false
    const { current, next } = this
    this.current = next && new ModelRuns(next, this.parts.watchdog)
    this.next = undefined
    if (this.current !== null) this.swaps++
    if (current !== null) void this.end(current)
    return true
  }

  async close(): Promise<void> {
    this.isClosed = true
    // What was here stays to be told of.
    const { current, next } = this
    this.next = undefined
    if (current !== null) await this.end(current)
    if (next) await this.end(next)
  }

  private async load(version: number): Promise<void> {
    const { home, model, role } = this.parts
    try {
      const loaded = await home.load(model, version)
      if (this.isClosed) await this.end(loaded)
      else this.next = loaded
    } catch (error) {
      this.refused++
      const why = isHeadraceError(error) ? error.message : messageOf(error)
      const stays = this.current === null ? 'there is none' : `version ${this.current.model.version} stays`
      home.notify?.(`version ${version} of model "${model.name}" cannot be the ${role}, ${stays}: ${why}`)
    }
  }

  private async end(model: Pick<LoadedModel, 'close'>): Promise<void> {
    try {
      await model.close()
    } catch (error) {
      const { home, model: of } = this.parts
      home.notify?.(`a version of model "${of.name}" did not close: ${messageOf(error)}`)
    }
  }
}
