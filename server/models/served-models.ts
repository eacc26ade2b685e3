import { HeadraceError, isHeadraceError, messageOf } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import type { Serving } from '../../engine/models/model-home.ts'
import type { ModelCatalog } from './model-catalog.ts'
import type { ServingOptions, Watcher } from './served-model.ts'
import { ServedModel } from './served-model.ts'

/** The models that a server scores with: those that serve when it starts, and others from when they are asked for. */
export class ServedModels {
  readonly catalog: ModelCatalog
  /** Hears of each batch that is scored. */
  onBatch: Watcher['onBatch'] = () => {}
  private readonly options: ServingOptions
  private readonly watcher: Watcher
  private readonly ready = new Map<string, ServedModel>()
  private readonly opening = new Map<string, Promise<ServedModel>>()
  private readonly replacing = new Set<string>()

  constructor(catalog: ModelCatalog, options: ServingOptions) {
    this.catalog = catalog
    this.options = options
    this.watcher = {
      onBatch: (model, rows, waitedMs) => this.onBatch(model, rows, waitedMs),
      onOtherShape: (model, serving) => void this.replace(model, serving),
    }
  }

  /** A model that cannot be opened does not keep the others from serving. */
  async openAll(): Promise<void> {
    const names = await this.catalog.names()
    const more = names.length - limits.servedModels
    if (more > 0) this.notify(`${more} models are not served: ${limits.servedModels} may be at a time`)
    for (const name of names.slice(0, limits.servedModels)) {
      await this.of(name).catch(error => this.notify(`model "${name}" cannot serve: ${messageOf(error)}`))
    }
  }

  /** Those that are open. */
  get all(): Iterable<ServedModel> {
    return this.ready.values()
  }

  find(name: string): ServedModel | undefined {
    return this.ready.get(name)
  }

  async of(name: string): Promise<ServedModel> {
    const known = this.ready.get(name) ?? this.opening.get(name)
    if (known !== undefined) return known
    if (this.ready.size + this.opening.size >= limits.servedModels) {
      const message = `${limits.servedModels} models are served already, as many as may be at a time`
      throw new HeadraceError('HR_SERVER_BUSY', message)
    }
    const opening = this.load(name)
    this.opening.set(name, opening)
    return opening
  }

  /** Does what a request wants of a model. */
  async serve<T>(name: string, request: (model: ServedModel) => Promise<T>): Promise<T> {
    const served = this.ready.get(name) ?? (await this.of(name))
    return served.serve(request)
  }

  /** After the last request. */
  async close(): Promise<void> {
    await Promise.allSettled(this.opening.values())
    await Promise.all([...this.ready.values()].map(model => model.close()))
    this.ready.clear()
  }

  private async load(name: string): Promise<ServedModel> {
    try {
      const model = await ServedModel.open(this.catalog, name, this.options, this.watcher)
      this.ready.set(name, model)
      this.opening.delete(name)
      return model
    } catch (error) {
      const isUnknown = isHeadraceError(error, 'HR_MODEL_UNKNOWN')
      // What is there and cannot be loaded is not tried anew for every request.
      setTimeout(() => this.opening.delete(name), isUnknown ? 0 : limits.modelPollMs).unref()
      throw isUnknown ? unknown(name) : error
    }
  }

  /** A version with other inputs or outputs: requests that were made for the former ones are answered by that. */
  private async replace(name: string, serving: Serving): Promise<void> {
    if (this.replacing.has(name)) return
    this.replacing.add(name)
    const former = this.ready.get(name)
    try {
      this.ready.set(name, await ServedModel.open(this.catalog, name, this.options, this.watcher))
    } catch (error) {
      const message = `version ${serving.version} of model "${name}" cannot serve, the one before goes on`
      return this.notify(`${message}: ${messageOf(error)}`)
    } finally {
      this.replacing.delete(name)
    }
    await former?.close()
  }

  private notify(message: string): void {
    this.catalog.notify?.(message)
  }
}

/** Without the names of others, which may be no business of the caller. */
export function unknown(name: string): HeadraceError {
  return new HeadraceError('HR_MODEL_UNKNOWN', `there is no model "${name}" of which a version serves`)
}
