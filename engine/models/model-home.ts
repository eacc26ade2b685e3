import type { Column } from '../batch/columns.ts'
import type { Model } from './model.ts'
import type { OutputColumn } from './output-columns.ts'

/** Which versions of a model are at work. */
export interface Serving {
  readonly version: number
  /** Scores the same rows beside it, for comparison; null for none. */
  readonly shadow: number | null
  /** Another one each time that somebody says what is to serve: a version that could not be loaded is tried again. */
  readonly revision?: string
}

/** Where the versions of models are. */
export interface ModelHome {
  /** Asked again and again while a job runs, so that it has to be cheap. */
  serving(name: string): Promise<Serving>
  /** Loads one version, and checks all there is to check before it scores a row. */
  load(model: Model, version: number): Promise<LoadedModel>
  /** Hears of what models go through. */
  readonly notify?: ((message: string) => void) | undefined
  /** What a worker thread loads to have the same of its own. */
  readonly module?: ModelsModule
  close(): Promise<void>
}

/** One version of a model, ready to score. */
export interface LoadedModel {
  readonly version: number
  /** So many rows at a time cost least for each of them, as was measured when it was loaded. */
  readonly batchRows: number
  /**
   * Scores rows `from` to `from + rows` of the inputs, which are in the order of the model's; writes to the
   * same rows of the outputs. One call at a time.
   */
  score(
    inputs: readonly Column[],
    outputs: readonly OutputColumn[],
    from: number,
    rows: number,
  ): Promise<void>
  /** After the last `score` has resolved. */
  close(): Promise<void>
}

/** A module whose `openModels` gives the home. Plain data. */
export interface ModelsModule {
  readonly url: string
  readonly options: unknown
}
