import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { HeadraceError, messageOf } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import type { Model } from '../../engine/models/model.ts'
import type { LoadedModel, ModelHome, ModelsModule, Serving } from '../../engine/models/model-home.ts'
import { measureBatchRows } from './batch-rows.ts'
import type { Notify, OnnxOptions } from './config.ts'
import { describedModel } from './described-model.ts'
import type { ModelCard } from './model-card.ts'
import { ModelFolder } from './model-folder.ts'
import type { OnnxVersion } from './onnx-model.ts'
import { OnnxModel } from './onnx-model.ts'
import { checkParity } from './parity.ts'
import { onnxRuntime, openSession } from './runtime.ts'
import { SharedVersions } from './shared-versions.ts'

/** The models of a directory, run by the ONNX runtime in this thread. */
export class OnnxModels implements ModelHome {
  readonly folder: ModelFolder
  readonly module: ModelsModule
  readonly notify: Notify | undefined
  private readonly versions = new SharedVersions()

  constructor(options: OnnxOptions, notify?: Notify) {
    this.folder = new ModelFolder(options.dir)
    this.module = { url: import.meta.url, options }
    this.notify = notify
  }

  serving(name: string): Promise<Serving> {
    return this.folder.serving(name)
  }

  /** Checks the file, that it fits the job, and its examples; measures how many rows at a time suit it. */
  async load(model: Model, version: number): Promise<LoadedModel> {
    const key = `${model.name}@${version}`
    const { shared, version: opened } = await this.versions.take(key, () => this.open(model.name, version))
    const release = () => this.versions.release(key, shared)
    const bind = () => new OnnxModel(model, opened, release)
    try {
      const tried = bind()
      await checkParity(tried, model, opened.card, opened.file)
      shared.batchRows ??= await measureBatchRows(tried, model, opened.card)
      // Its buffers are as large as its runs, not as large as those that were measured.
      const loaded = bind()
      loaded.batchRows = shared.batchRows
      return loaded
    } catch (error) {
      await release()
      throw error
    }
  }

  /** The model that a job would name to use this version. */
  async describe(name: string, version: number): Promise<Model> {
    const key = `${name}@${version}`
    const { shared, version: opened } = await this.versions.take(key, () => this.open(name, version))
    try {
      return describedModel(opened.card, opened.session, opened.file)
    } finally {
      await this.versions.release(key, shared)
    }
  }

  /** Loads a version as a job would that takes all of its outputs; throws where it is not sound. */
  async check(name: string, version: number): Promise<{ batchRows: number; examples: number }> {
    const loaded = await this.load(await this.describe(name, version), version)
    await loaded.close()
    const { parity } = await this.folder.card(name, version)
    const [examples] = Object.values(parity?.inputs ?? {})
    return { batchRows: loaded.batchRows, examples: examples?.length ?? 0 }
  }

  async close(): Promise<void> {}

  private async open(name: string, version: number): Promise<OnnxVersion> {
    const card = await this.folder.card(name, version)
    const file = this.folder.onnxPath(name, version)
    const bytes = await checkedBytes(file, card)
    const { Tensor } = await onnxRuntime()
    return { card, file, session: await openSession(bytes, file), makeTensor: Tensor }
  }
}

/** What a worker thread calls to have the same of its own. */
export function openModels(options: OnnxOptions, notify?: Notify): ModelHome {
  return new OnnxModels(options, notify)
}

async function checkedBytes(file: string, { sha256 }: ModelCard): Promise<Uint8Array> {
  const damaged = (what: string, cause?: unknown) =>
    new HeadraceError('HR_MODEL_DAMAGED', what, { file, cause })
  try {
    const { size } = await stat(file)
    if (size > limits.modelBytes) throw damaged(`it has ${size} bytes: allowed are ${limits.modelBytes}`)
    const bytes = await readFile(file)
    const found = createHash('sha256').update(bytes).digest('hex')
    if (found !== sha256) throw damaged(`its sha256 is ${found}: model.json says ${sha256}`)
    return bytes
  } catch (error) {
    throw error instanceof HeadraceError ? error : damaged(messageOf(error), error)
  }
}
