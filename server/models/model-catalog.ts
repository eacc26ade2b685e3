import type { ErrorCode } from '../../engine/error-codes.ts'
import type { Model } from '../../engine/models/model.ts'
import type { ModelHome, Serving } from '../../engine/models/model-home.ts'

/** What a version of a model says of itself. */
export interface ModelVersion {
  readonly version: number
  /** What is wrong with it, if that is known without loading it. */
  readonly fault: ErrorCode | null
  readonly description: string | null
  readonly createdAt: string | null
  /** How good it was found to be, what it was made of, and how: as whoever made it wrote it down. */
  readonly metrics?: Readonly<Record<string, unknown>> | undefined
  readonly data?: Readonly<Record<string, unknown>> | undefined
  readonly parameters?: Readonly<Record<string, unknown>> | undefined
}

/** The models of a deployment, as far as a server has to know them beside scoring with them. */
export interface ModelCatalog extends ModelHome {
  names(): Promise<readonly string[]>
  /** In the order of their numbers. */
  versions(name: string): Promise<readonly ModelVersion[]>
  /** A version with its inputs and outputs, as no job has named them. */
  model(name: string, version: number): Promise<Model>
  /** Says what is to serve from now on; whoever scores with the model notices within `limits.modelPollMs`. */
  serve(name: string, serving: Pick<Serving, 'version' | 'shadow'>): Promise<void>
}
