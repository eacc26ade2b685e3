import type { Model } from '../../engine/models/model.ts'
import { plainValue } from '../http/plain-value.ts'
import type { FeatureInputs } from './feature-inputs.ts'
import type { RowAnswers } from './row-answers.ts'

/** The answer as plain JSON data; with `features`, what was read for each row. */
export function jsonAnswer(
  { name, outputs }: Model,
  { outputs: values, versions, fallbacks, missing }: RowAnswers,
  features: FeatureInputs | null,
): object {
  const names = Object.keys(outputs)
  const results = versions.map((modelVersion, row) => {
    const isSkipped = modelVersion === null && fallbacks[row] === null
    const own = isSkipped ? null : objectOf(names, index => plainValue(values[index][row]))
    const result: Record<string, unknown> = { outputs: own, modelVersion, fallback: fallbacks[row] }
    if (missing[row] !== null) result.missing = missing[row]
    if (features !== null) result.features = readingsOf(features, row)
    return result
  })
  return { model: name, results }
}

function readingsOf({ inputs, readings }: FeatureInputs, row: number): object {
  return objectOf(inputs, index => {
    const { state, value, time, ageMs } = readings[row][index]
    return { state, value: plainValue(value), time, ageMs }
  })
}

function objectOf(names: readonly string[], valueAt: (index: number) => unknown): Record<string, unknown> {
  const made: Record<string, unknown> = {}
  for (let index = 0; index < names.length; index++) made[names[index]] = valueAt(index)
  return made
}
