import type { Field, Fields } from '../batch/schema.ts'
import { signature } from '../batch/schema.ts'
import type { ErrorPlace } from '../errors.ts'
import { HeadraceError } from '../errors.ts'
import type { FeatureView } from './feature-view.ts'

/** A version of a view as its store keeps it: plain data. */
export type ViewDefinition = Omit<FeatureView, '$store'>

export function definitionText(view: FeatureView | ViewDefinition): string {
  const { name, entity, version, ttlMs, description } = view
  const fields = Object.fromEntries(
    Object.entries(view.fields).map(([field, options]) => [field, storedField(options)]),
  )
  return JSON.stringify({ name, entity, version, ttlMs, description, fields })
}

/** From what `definitionText` has made. */
export function parseDefinition(text: string): ViewDefinition {
  return JSON.parse(text)
}

/** What is stored was written for one shape: descriptions, owners and bounds may change, everything else is a new version. */
export function needSameShape(stored: ViewDefinition, view: ViewDefinition, place?: ErrorPlace): void {
  const difference = differenceOf(stored, view)
  if (difference === undefined) return
  const message = `version ${view.version} of feature view "${view.name}" is stored with ${difference}`
  throw new HeadraceError('HR_VIEW_CHANGED', message, place)
}

/** The fields of a view that are asked for: all of them unless said otherwise. */
export function fieldsAsked(view: ViewDefinition, fields: readonly string[] | undefined): readonly string[] {
  const known = Object.keys(view.fields)
  const unknown = fields?.find(field => !known.includes(field))
  if (unknown === undefined) return fields ?? known
  const message = `feature view "${view.name}", version ${view.version}, has no field "${unknown}"; there are ${known.join(', ')}`
  throw new HeadraceError('HR_VIEW_UNKNOWN', message)
}

function differenceOf(stored: ViewDefinition, view: ViewDefinition): string | undefined {
  if (stored.entity !== view.entity) return `the entity "${stored.entity}", not "${view.entity}"`
  if (stored.ttlMs !== view.ttlMs) return `the ttl ${ttlText(stored)}, not ${ttlText(view)}`
  const names = new Set([...Object.keys(stored.fields), ...Object.keys(view.fields)])
  for (const name of names) {
    const [old, now] = [typeIn(stored.fields, name), typeIn(view.fields, name)]
    if (old === undefined) return `no field "${name}"`
    if (now === undefined) return `the field "${name}", which the job does not have`
    if (old !== now) return `the field "${name}" of type ${old}, not ${now}`
  }
  return undefined
}

function typeIn(fields: Fields, name: string): string | undefined {
  return Object.hasOwn(fields, name) ? signature(fields[name]) : undefined
}

function ttlText({ ttlMs }: ViewDefinition): string {
  return ttlMs === null ? 'none' : `${ttlMs} ms`
}

/** Without what has no text, as a default may have none. */
function storedField({ kind, nullable, values, size, precision, scale, ...more }: Field): object {
  const { name, description, owner, min, max } = more
  return { kind, nullable, values, size, precision, scale, name, description, owner, min, max }
}
