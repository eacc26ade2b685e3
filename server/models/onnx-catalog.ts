import type { OnnxModels } from '../../connectors/onnx/home.ts'
import type { ErrorCode } from '../../engine/error-codes.ts'
import { isHeadraceError } from '../../engine/errors.ts'
import type { Model } from '../../engine/models/model.ts'
import type { LoadedModel, Serving } from '../../engine/models/model-home.ts'
import type { ModelCatalog, ModelVersion } from './model-catalog.ts'

/** The models of a directory. */
export class OnnxCatalog implements ModelCatalog {
  readonly notify: ((message: string) => void) | undefined
  private readonly home: OnnxModels

  constructor(home: OnnxModels) {
    this.home = home
    this.notify = home.notify
  }

  names(): Promise<readonly string[]> {
    return this.home.folder.models()
  }

  async versions(name: string): Promise<readonly ModelVersion[]> {
    const numbers = await this.home.folder.versions(name)
    return Promise.all(numbers.map(version => this.version(name, version)))
  }

  model(name: string, version: number): Promise<Model> {
    return this.home.describe(name, version)
  }

  serving(name: string): Promise<Serving> {
    return this.home.serving(name)
  }

  load(model: Model, version: number): Promise<LoadedModel> {
    return this.home.load(model, version)
  }

  async serve(name: string, serving: Pick<Serving, 'version' | 'shadow'>): Promise<void> {
    await this.home.folder.setServing(name, serving)
  }

  close(): Promise<void> {
    return this.home.close()
  }

  private async version(name: string, version: number): Promise<ModelVersion> {
    try {
      const { folder } = this.home
      const { description = null, createdAt, metrics, data, parameters } = await folder.card(name, version)
      return { version, fault: null, description, createdAt, metrics, data, parameters }
    } catch (error) {
      if (!isHeadraceError(error)) throw error
      return faulty(version, error.code)
    }
  }
}

/** One of which nothing is known must not hide the others. */
function faulty(version: number, fault: ErrorCode): ModelVersion {
  return { version, fault, description: null, createdAt: null }
}
