import type { InferenceSession, Tensor } from 'onnxruntime-node'
import type { Column } from '../../engine/batch/columns.ts'
import type { Model } from '../../engine/models/model.ts'
import type { LoadedModel } from '../../engine/models/model-home.ts'
import type { OutputColumn } from '../../engine/models/output-columns.ts'
import type { InputTensor } from './input-tensors.ts'
import { bindInputs } from './input-tensors.ts'
import type { ModelCard } from './model-card.ts'
import type { OutputTensor } from './output-tensors.ts'
import { bindOutputs } from './output-tensors.ts'

/** Where a version comes from. */
export interface OnnxVersion {
  readonly card: ModelCard
  readonly session: InferenceSession
  readonly makeTensor: typeof Tensor
  /** The file with the model. */
  readonly file: string
}

/** A session as a job sees it: with its columns, and buffers of its own. */
export class OnnxModel implements LoadedModel {
  readonly version: number
  batchRows = 1
  private readonly session: InferenceSession
  private readonly inputs: readonly InputTensor[]
  private readonly outputs: readonly OutputTensor[]
  private readonly feeds: Record<string, Tensor> = {}
  private readonly fetches: readonly string[]
  private readonly closed: () => Promise<void>

  /** Throws where the version does not fit the model as the job names it. */
  constructor(model: Model, { card, session, makeTensor, file }: OnnxVersion, closed: () => Promise<void>) {
    this.version = card.version
    this.session = session
    this.inputs = bindInputs(card.inputs, session, model.inputs, file, makeTensor)
    this.outputs = bindOutputs(card.outputs, session, model.outputs, file)
    this.fetches = [...new Set(this.outputs.map(({ name }) => name))]
    this.closed = closed
  }

  async score(
    inputs: readonly Column[],
    outputs: readonly OutputColumn[],
    from: number,
    rows: number,
  ): Promise<void> {
    // Some operators of the runtime, TopK among them, end the process when they are given no rows.
    if (rows === 0) return
    for (const input of this.inputs) this.feeds[input.name] = input.tensor(inputs, from, rows)
    const results = await this.session.run(this.feeds, this.fetches)
    for (let i = 0; i < this.outputs.length; i++) {
      const output = this.outputs[i]
      output.copy(results[output.name] as Tensor, outputs[i], from, rows)
    }
  }

  close(): Promise<void> {
    return this.closed()
  }
}
