import { fitsOf } from '../../engine/batch/misfit.ts'
import type { Field, Schema } from '../../engine/batch/schema.ts'
import { makeSchema } from '../../engine/batch/schema.ts'
import { HeadraceError } from '../../engine/errors.ts'
import type { FeatureView } from '../../engine/stores/feature-view.ts'
import type { Hash } from '../../engine/stores/hash.ts'
import { columnsToTake } from '../join/taken-columns.ts'

export type LoosePolicy = 'null' | 'drop' | 'reject' | Readonly<Record<string, unknown>>

/** A field of the view or hash as rows get it. */
export interface TakenField {
  readonly name: string
  /** Its name there. */
  readonly from: string
  /** The type of the column. */
  readonly field: Field
  /** What stands for a value that is missing. */
  readonly fallback: unknown
}

/** The fields that rows get, with what a missing one is replaced by. */
export function fieldsToTake(
  step: string,
  stream: Schema,
  source: FeatureView | Hash,
  take: readonly string[] | Readonly<Record<string, string>> | undefined,
  onMissing: LoosePolicy,
): TakenField[] {
  const pairs = columnsToTake(step, stream, makeSchema(source.name, source.fields), [], take)
  const defaults = typeof onMissing === 'object' ? onMissing : {}
  const names = pairs.map(([name]) => name)
  const stray = Object.keys(defaults).find(name => !names.includes(name))
  if (stray !== undefined) {
    const message = `onMissing has a value for "${stray}": taken are ${names.join(', ')}`
    throw new HeadraceError('HR_CONFIG_INVALID', message, { step })
  }
  return pairs.map(([name, from]) => {
    const field = source.fields[from]
    const fallback = defaults[name] ?? null
    if (fallback !== null && !fitsOf(field)(fallback)) {
      const message = `the value of onMissing for "${name}" does not fit ${field.kind}`
      throw new HeadraceError('HR_CONFIG_INVALID', message, { step })
    }
    const mayBeNull = fallback === null && onMissing !== 'drop' && onMissing !== 'reject'
    return { name, from, fallback, field: mayBeNull ? { ...field, nullable: true } : field }
  })
}
