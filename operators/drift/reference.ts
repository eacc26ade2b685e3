import { createHash } from 'node:crypto'
import { HeadraceError } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'

export const referenceFormat = 1

/**
 * What columns looked like when all was well, as plain JSON. Types are as wide as those that TypeScript gives an
 * imported JSON module; what is in it is checked when a job starts.
 */
export interface Reference {
  readonly format: number
  /** A fingerprint of the rest. */
  readonly version: string
  readonly rows: number
  /** Event times of its first and its last row. */
  readonly from: number
  readonly to: number
  readonly fields: Readonly<Record<string, FieldReference>>
}

export interface FieldReference {
  /** 'number' or 'category'. */
  readonly kind: string
  /** Values: nulls, NaN and infinities are not among them. */
  readonly count: number
  /** How many lie in each bin: up to the first edge and on it, up to the second, ..., above the last. */
  readonly counts: readonly number[]
  /** Of numbers. */
  readonly edges?: readonly number[]
  readonly mean?: number
  readonly deviation?: number
  readonly min?: number
  readonly max?: number
  /** Of categories: their names. One more count than there are names is that of all others. */
  readonly categories?: readonly string[]
}

export interface NumberReference extends FieldReference {
  readonly edges: readonly number[]
  readonly mean: number
  readonly deviation: number
  readonly min: number
  readonly max: number
}

export interface CategoryReference extends FieldReference {
  readonly categories: readonly string[]
}

/** A reference with its fingerprint. */
export function sealReference(content: Omit<Reference, 'format' | 'version'>): Reference {
  const sealed = { format: referenceFormat, version: '', ...content }
  return { ...sealed, version: fingerprint(sealed) }
}

/** Throws where a value is no reference that this version of Headrace can go by. */
export function checkReference(value: unknown, place: { step?: string; file?: string }): Reference {
  const wrong = (message: string) => new HeadraceError('HR_REFERENCE_INVALID', message, place)
  const isObject = (one: unknown): one is object => typeof one === 'object' && one !== null
  if (!isObject(value) || !('format' in value)) throw wrong('it has no format')
  if (value.format !== referenceFormat) {
    throw wrong(`it has format ${value.format}, and this version of Headrace knows ${referenceFormat}`)
  }
  const reference = value as Reference
  if (![reference.rows, reference.from, reference.to].every(Number.isFinite)) {
    throw wrong('rows, from and to have to be numbers')
  }
  if (!isObject(reference.fields)) throw wrong('it has no fields')
  for (const [name, field] of Object.entries(reference.fields)) {
    const fault = faultOf(field)
    if (fault !== null) throw wrong(`field "${name}": ${fault}`)
  }
  if (reference.version !== fingerprint(reference)) {
    throw wrong('its version is not that of what it says: it was changed by hand, or is damaged')
  }
  return reference
}

function faultOf(field: FieldReference): string | null {
  const { kind, counts, edges, categories } = field
  if (kind !== 'number' && kind !== 'category') return `its kind is ${kind}; there are number and category`
  const isCount = (one: unknown) => Number.isSafeInteger(one) && (one as number) >= 0
  if (!Array.isArray(counts) || !counts.every(isCount)) return 'counts have to be whole numbers'
  const bounds = kind === 'number' ? edges : categories
  if (!Array.isArray(bounds) || counts.length !== bounds.length + 1) {
    return `there is one more count than there are ${kind === 'number' ? 'edges' : 'categories'}`
  }
  if (bounds.length > limits.referenceBins) return `there are more than ${limits.referenceBins} bins`
  if (counts.reduce((sum, one) => sum + one, 0) !== field.count) return 'its counts do not add up to count'
  if (kind === 'category')
    return categories?.every(one => typeof one === 'string') ? null : 'categories are texts'
  const rise = edges?.every((edge, i) => Number.isFinite(edge) && (i === 0 || edge > edges[i - 1]))
  if (!rise) return 'edges have to be numbers, each larger than the one before'
  const { mean, deviation, min, max } = field
  return [mean, deviation, min, max].every(Number.isFinite)
    ? null
    : 'mean, deviation, min and max have to be numbers'
}

function fingerprint({ rows, from, to, fields }: Reference): string {
  const content = Object.keys(fields)
    .toSorted()
    .map(name => {
      const { kind, counts, edges, categories, mean, deviation, min, max } = fields[name] as FieldReference
      return [name, kind, counts, edges ?? categories, mean, deviation, min, max]
    })
  return createHash('sha256')
    .update(JSON.stringify([rows, from, to, content]))
    .digest('hex')
    .slice(0, 12)
}
