import type { Field, Schema } from '../../engine/batch/schema.ts'
import { HeadraceError } from '../../engine/errors.ts'
import { shareOfChance } from './false-alarms.ts'
import type { DriftSettings } from './options.ts'
import { driftTests } from './options.ts'
import type { CategoryReference, FieldReference, NumberReference, Reference } from './reference.ts'
import { kindOfField } from './reference-sample.ts'
import { Stretches } from './stretches.ts'
import { WatchedCategory } from './watched-category.ts'
import type { WatchedField } from './watched-field.ts'
import { WatchedNumber } from './watched-number.ts'

/** Fields that are compared to a reference, and the stretches that are open. */
export class DriftWatch {
  readonly reference: Reference
  readonly fields: readonly WatchedField[]
  readonly stretches: Stretches
  /** Rows that were counted so far. */
  seen = 0

  constructor(step: string, schema: Schema, settings: DriftSettings, reference: Reference) {
    this.reference = reference
    this.fields = watchedFields(step, schema, settings, reference)
    this.stretches = new Stretches(step, settings.every, this.fields)
  }

  release(): void {
    for (const field of this.fields) field.release?.()
  }
}

function watchedFields(
  step: string,
  schema: Schema,
  { fields, tests, every, runLength }: DriftSettings,
  reference: Reference,
): WatchedField[] {
  const kinds = fields.map(name => kindOfField(schema, name, step))
  const numbers = kinds.filter(kind => kind === 'number').length
  const categories = tests.psi ? kinds.length - numbers : 0
  const share = numbers * driftTests.filter(test => tests[test]).length + categories
  const chance = shareOfChance(reference, every, runLength, Math.max(1, share))
  return fields.map((name, nth) => {
    const known = referenceOf(reference, name, kinds[nth], step)
    return kinds[nth] === 'number'
      ? new WatchedNumber(name, known as NumberReference, tests, chance)
      : new WatchedCategory(name, schema.fields[name] as Field, known as CategoryReference, tests, chance)
  })
}

function referenceOf({ fields }: Reference, name: string, kind: string, step: string): FieldReference {
  const known = fields[name]
  if (known?.kind === kind) return known
  const message =
    known === undefined
      ? `it has no field "${name}"; it has ${Object.keys(fields).join(', ')}`
      : `field "${name}" is a ${known.kind} there, and a ${kind} in the stream`
  throw new HeadraceError('HR_REFERENCE_INVALID', message, { step })
}
