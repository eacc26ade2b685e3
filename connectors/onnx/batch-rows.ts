import { BatchArena } from '../../engine/batch/arena.ts'
import type { Column } from '../../engine/batch/columns.ts'
import { limits } from '../../engine/limits.ts'
import type { Model } from '../../engine/models/model.ts'
import { newOutputs } from '../../engine/models/output-columns.ts'
import type { ModelCard } from './model-card.ts'
import type { OnnxModel } from './onnx-model.ts'
import { sampleColumns } from './sample-columns.ts'

const ladder = [1, 8, 32, 128, 512, 1024, 4096]
const RUNS = 3
/** More rows at a time have to be cheaper by so much: fewer of them come back sooner. */
const WORTHWHILE = 0.95

/** Measures how many rows at a time cost least for each. */
export async function measureBatchRows(loaded: OnnxModel, model: Model, card: ModelCard): Promise<number> {
  const sizes = ladder.filter(rows => rows <= limits.modelRunRows)
  const arena = new BatchArena()
  try {
    const inputs = sampleColumns(model, card, 2 * Math.max(...sizes), arena)
    return await climb(loaded, model, inputs, sizes)
  } finally {
    arena.close()
  }
}

async function climb(
  loaded: OnnxModel,
  model: Model,
  inputs: readonly Column[],
  sizes: readonly number[],
): Promise<number> {
  const total = 2 * Math.max(...sizes)
  const outputs = newOutputs(model.outputs, total)
  const began = performance.now()
  let best = { rows: 1, costMs: Number.POSITIVE_INFINITY }
  let from = 0
  for (const rows of sizes) {
    const leftMs = began + limits.modelMeasureMs - performance.now()
    if (best.costMs < Number.POSITIVE_INFINITY && best.costMs * rows * (RUNS + 1) > leftMs) break
    let leastMs = Number.POSITIVE_INFINITY
    for (let run = 0; run <= RUNS; run++) {
      // Rows that were scored a moment ago would be faster: the processor remembers which branches a tree has taken.
      from = from + 2 * rows > total ? 0 : from + rows
      const start = performance.now()
      await loaded.score(inputs, outputs, from, rows)
      leastMs = Math.min(leastMs, performance.now() - start)
    }
    const costMs = leastMs / rows
    if (costMs < best.costMs * WORTHWHILE) best = { rows, costMs }
  }
  return best.rows
}
