import type { InferenceSession, Tensor } from 'onnxruntime-node'
import type { NumberColumn } from '../../engine/batch/columns.ts'
import { FEATURES } from './models.ts'

export interface Bare {
  readonly session: InferenceSession
  readonly makeTensor: typeof Tensor
  readonly input: string
  readonly output: string
  readonly batchRows: number
}

/** The runtime alone: tensors that are ready, and answers that stay where they are. */
export async function runTensors({ session, input }: Bare, tensors: readonly Tensor[]): Promise<void> {
  for (const tensor of tensors) await session.run({ [input]: tensor })
}

export function tensorsOf(
  { makeTensor, batchRows }: Bare,
  columns: readonly NumberColumn[],
  rows: number,
): Tensor[] {
  const all = new Float32Array(rows * FEATURES)
  columns.forEach(({ values }, k) => {
    for (let row = 0; row < rows; row++) all[row * FEATURES + k] = values[row]
  })
  return Array.from({ length: Math.ceil(rows / batchRows) }, (_, piece) => {
    const data = all.subarray(piece * batchRows * FEATURES, (piece + 1) * batchRows * FEATURES)
    return new makeTensor('float32', data, [data.length / FEATURES, FEATURES])
  })
}

/** What a user would write by hand: columns into a tensor, a run, its answers into a column, all in memory that stays. */
export class ByHand {
  private readonly bare: Bare
  private readonly data: Float32Array
  private readonly tensor: Tensor
  private readonly scores: Float64Array

  /** `rows` are a multiple of the rows of a run. */
  constructor(bare: Bare, rows: number) {
    this.bare = bare
    this.data = new Float32Array(bare.batchRows * FEATURES)
    this.tensor = new bare.makeTensor('float32', this.data, [bare.batchRows, FEATURES])
    this.scores = new Float64Array(rows)
  }

  async run(columns: readonly NumberColumn[]): Promise<Float64Array> {
    const { session, input, output, batchRows } = this.bare
    const { data, tensor, scores } = this
    for (let from = 0; from < scores.length; from += batchRows) {
      for (let k = 0; k < FEATURES; k++) {
        const { values } = columns[k]
        for (let row = 0; row < batchRows; row++) data[row * FEATURES + k] = values[from + row]
      }
      const results = await session.run({ [input]: tensor })
      scores.set(results[output].data as Float32Array, from)
    }
    return scores
  }
}
