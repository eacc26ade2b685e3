import type { Schema } from '../batch/schema.ts'
import { makeSchema } from '../batch/schema.ts'
import { HeadraceError } from '../errors.ts'
import { entityKinds, viewSchema } from './feature-view.ts'
import type { StoreSpec, WriterPlace } from './stores.ts'

/** What a store gets of a stream's columns. */
export function storeSchema(spec: StoreSpec, stream: Schema, place: WriterPlace): Schema {
  if (spec.kind === 'series') return spec.schema
  const entity = stream.fields[spec.entity]
  if (entity === undefined || !entityKinds.includes(entity.kind)) {
    const message = `the entity "${spec.entity}" of ${spec.name} has to be a column of text or whole numbers`
    throw new HeadraceError('HR_SINK_MISMATCH', message, place)
  }
  if (entity.nullable) {
    const message = `the column "${spec.entity}" may be null, but the entity of ${spec.name} may not: derive one that is not`
    throw new HeadraceError('HR_SINK_MISMATCH', message, place)
  }
  const { names, fields } = viewSchema(spec, stream)
  if (names.length > 1) return makeSchema(spec.name, fields)
  const message = `the stream has none of the fields of ${spec.name}: ${Object.keys(spec.fields).join(', ')}`
  throw new HeadraceError('HR_SINK_MISMATCH', message, place)
}
