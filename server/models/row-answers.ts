import type { Field } from '../../engine/batch/schema.ts'
import { HeadraceError } from '../../engine/errors.ts'
import type { Model } from '../../engine/models/model.ts'
import type { GivenInputs } from './given-inputs.ts'
import { missingIn } from './given-inputs.ts'
import { invalid } from './invalid.ts'
import type { BatchAnswers, ServedModel } from './served-model.ts'
import { checkOf, describe } from './value-checks.ts'

/** What becomes of rows that lack an input: the request fails, they have no outputs, or those of the fallback. */
export const missingPolicies = ['reject', 'skip', 'fallback'] as const

export interface AnswerOptions {
  readonly onMissing?: (typeof missingPolicies)[number]
  /** Outputs for rows that the model cannot answer. */
  readonly fallback?: Readonly<Record<string, unknown>>
}

/** Why outputs are the fallback's. */
export const fallbackReasons = ['model', 'missing'] as const

export interface RowAnswers {
  /** A list for each output of the model; null where there is none. */
  readonly outputs: readonly unknown[][]
  /** Which version has answered; null where none has. */
  readonly versions: (number | null)[]
  readonly fallbacks: ((typeof fallbackReasons)[number] | null)[]
  /** The inputs that a row lacked, with the reason; null where there was none. */
  readonly missing: readonly (Record<string, string> | null)[]
}

/** Scores the rows that have all inputs, and answers the others as the request says. */
export async function answerRows(
  served: ServedModel,
  given: GivenInputs,
  { onMissing = 'reject', fallback }: AnswerOptions,
): Promise<RowAnswers> {
  const { model, reader } = served
  const instead = fallback === undefined ? null : checkedFallback(model, fallback)
  if (onMissing === 'fallback' && instead === null) throw invalid('onMissing is "fallback": there is none')
  const missing = Array.from({ length: given.rows }, (_, row) => missingIn(given, reader.names, row))
  const complete = missing.flatMap((one, row) => (one === null ? [row] : []))
  if (onMissing === 'reject') needComplete(missing)
  const answers: RowAnswers = {
    outputs: Object.keys(model.outputs).map(() => new Array(given.rows).fill(null)),
    versions: new Array(given.rows).fill(null),
    fallbacks: new Array(given.rows).fill(null),
    missing,
  }
  if (complete.length > 0) await score(served, given, complete, instead, answers)
  if (onMissing === 'fallback') {
    missing.forEach((one, row) => {
      if (one !== null) fallBack(answers, row, instead, 'missing')
    })
  }
  return answers
}

async function score(
  served: ServedModel,
  { columns, rows }: GivenInputs,
  complete: readonly number[],
  instead: readonly unknown[] | null,
  answers: RowAnswers,
): Promise<void> {
  const inputs = complete.length === rows ? columns : columns.map(column => complete.map(row => column[row]))
  const { answers: batch, from } = await served.score(inputs, complete.length)
  complete.forEach((row, index) => {
    const at = from + index
    if (batch.versions[at] === 0) fallBack(answers, row, instead, 'model')
    else take(answers, row, batch, at)
  })
}

function take({ outputs, versions }: RowAnswers, row: number, batch: BatchAnswers, at: number): void {
  versions[row] = batch.versions[at]
  for (let output = 0; output < outputs.length; output++) outputs[output][row] = batch.outputs[output][at]
}

function fallBack(
  { outputs, fallbacks }: RowAnswers,
  row: number,
  instead: readonly unknown[] | null,
  why: (typeof fallbackReasons)[number],
): void {
  if (instead === null) {
    throw new HeadraceError(
      'HR_MODEL_FAILED',
      'the model gives no answer now, and the request has no fallback',
    )
  }
  fallbacks[row] = why
  for (let output = 0; output < outputs.length; output++) outputs[output][row] = instead[output]
}

function needComplete(missing: RowAnswers['missing']): void {
  missing.forEach((one, row) => {
    if (one === null) return
    const [[name, state]] = Object.entries(one)
    throw new HeadraceError('HR_MODEL_INPUT', `row ${row} has no value for ${name}: it is ${state}`)
  })
}

/** By output. */
function checkedFallback({ outputs }: Model, given: Readonly<Record<string, unknown>>): unknown[] {
  const unknown = Object.keys(given).find(name => !Object.hasOwn(outputs, name))
  const names = Object.keys(outputs).join(', ')
  if (unknown !== undefined) {
    throw invalid(`fallback/${unknown} is no output of the model: its outputs are ${names}`)
  }
  return Object.entries<Field>(outputs).map(([name, field]) => {
    if (checkOf(field)(given[name])) return given[name]
    throw invalid(`fallback/${name} has to be ${describe(field)}`)
  })
}
