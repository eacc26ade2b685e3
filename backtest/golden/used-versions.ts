import type { Model } from '../../engine/models/model.ts'
import type { LoadedModel, ModelHome, Serving } from '../../engine/models/model-home.ts'

/** Models in versions that stay, which notes those that a job asks for. */
export class UsedVersions implements ModelHome {
  readonly versions: Record<string, number> = {}
  private readonly models: ModelHome
  private readonly pinned: Readonly<Record<string, number>>

  constructor(models: ModelHome, pinned: Readonly<Record<string, number>> = {}) {
    this.models = models
    this.pinned = pinned
  }

  async serving(name: string): Promise<Serving> {
    this.versions[name] ??= this.pinned[name] ?? (await this.models.serving(name)).version
    const version = this.versions[name]
    return { version, shadow: null, revision: String(version) }
  }

  load(model: Model, version: number): Promise<LoadedModel> {
    return this.models.load(model, version)
  }

  async close(): Promise<void> {}
}
