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

/** What a user would write by hand: columns into a tensor, a run, its answers into a column. */
export async function runColumns(
  { session, makeTensor, input, output, batchRows }: Bare,
  columns: readonly NumberColumn[],
  rows: number,
): Promise<Float64Array> {
  const scores = new Float64Array(rows)
  for (let from = 0; from < rows; from += batchRows) {
    const count = Math.min(batchRows, rows - from)
    const data = new Float32Array(count * FEATURES)
    for (let k = 0; k < FEATURES; k++) {
      const { values } = columns[k]
      for (let row = 0; row < count; row++) data[row * FEATURES + k] = values[from + row]
    }
    const results = await session.run({ [input]: new makeTensor('float32', data, [count, FEATURES]) })
    scores.set(results[output].data as Float32Array, from)
  }
  return scores
}
