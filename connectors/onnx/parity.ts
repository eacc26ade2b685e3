import { BatchArena } from '../../engine/batch/arena.ts'
import { fitsOf } from '../../engine/batch/misfit.ts'
import type { Field, Fields } from '../../engine/batch/schema.ts'
import { columnOfValues } from '../../engine/batch/value-columns.ts'
import { HeadraceError } from '../../engine/errors.ts'
import type { Model } from '../../engine/models/model.ts'
import type { OutputColumn } from '../../engine/models/output-columns.ts'
import { newOutputs } from '../../engine/models/output-columns.ts'
import type { ModelCard, Parity } from './model-card.ts'
import type { OnnxModel } from './onnx-model.ts'

/** Scores the examples of a model.json, and compares with the answers there. */
export async function checkParity(
  loaded: OnnxModel,
  model: Model,
  card: ModelCard,
  file: string,
): Promise<void> {
  const { parity } = card
  if (parity === undefined) return
  requireValues(model.outputs, parity.outputs, 'outputs', file)
  const answers = await scoreExamples(loaded, model, parity.inputs, file)
  Object.keys(model.outputs).forEach((name, index) => {
    compare(name, answers[index], parity, file)
  })
}

/** What the model answers to examples, which are by column. */
export async function scoreExamples(
  loaded: OnnxModel,
  model: Model,
  examples: Parity['inputs'],
  file: string,
): Promise<OutputColumn[]> {
  requireValues(model.inputs, examples, 'inputs', file)
  const [[, { length: rows }]] = Object.entries(examples)
  const answers = newOutputs(model.outputs, rows)
  const arena = new BatchArena()
  try {
    const inputs = Object.entries<Field>(model.inputs).map(([name, field]) =>
      columnOfValues(field, examples[name], arena),
    )
    await loaded.score(inputs, answers, 0, rows)
  } finally {
    arena.close()
  }
  return answers
}

function requireValues(
  fields: Fields,
  examples: Readonly<Record<string, readonly unknown[]>>,
  part: string,
  file: string,
): void {
  for (const [name, field] of Object.entries<Field>(fields)) {
    const fits = fitsOf(field)
    const at = examples[name].findIndex(value => !fits(value))
    if (at < 0) continue
    const message = `parity.${part}.${name}[${at}] is ${JSON.stringify(examples[name][at])}: it is no ${field.kind}`
    throw new HeadraceError('HR_MODEL_CARD', message, { file })
  }
}

function compare(name: string, answer: OutputColumn, { outputs, tolerance }: Parity, file: string): void {
  outputs[name].forEach((expected, row) => {
    const values = answer.layout === 'vector' ? (expected as number[]) : [expected as number | string]
    values.forEach((value, k) => {
      const found = answer.values[row * values.length + k]
      if (found === value) return
      if (typeof found === 'number' && typeof value === 'number') {
        if (Math.abs(found - value) <= tolerance * Math.max(1, Math.abs(value))) return
      }
      const place = `example ${row} of "${name}"${answer.layout === 'vector' ? `, element ${k}` : ''}`
      const message = `${place} is ${found}: expected is ${value}, give or take ${tolerance}`
      throw new HeadraceError('HR_MODEL_PARITY', message, { file })
    })
  })
}
