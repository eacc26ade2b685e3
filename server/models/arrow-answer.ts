import type { Field, Fields } from '../../engine/batch/schema.ts'
import { long, nullable, oneOf } from '../../engine/batch/schema.ts'
import type { Model } from '../../engine/models/model.ts'
import type { RowAnswers } from './row-answers.ts'
import { fallbackReasons } from './row-answers.ts'

/** The columns of an answer: the outputs, and who has given them. */
export function answerFields({ outputs }: Model): Fields {
  const values = Object.entries<Field>(outputs).map(([name, field]) => [name, nullable(field)])
  return {
    ...Object.fromEntries(values),
    modelVersion: nullable(long()),
    fallback: nullable(oneOf('FallbackReason', fallbackReasons)),
  }
}

/** By column, in the order of `answerFields`. */
export function answerValues({ outputs, versions, fallbacks }: RowAnswers): (readonly unknown[])[] {
  return [...outputs, versions, fallbacks]
}
