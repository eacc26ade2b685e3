import type { Schema } from '../../engine/batch/schema.ts'
import { makeSchema } from '../../engine/batch/schema.ts'
import { string } from '../../engine/index.ts'
import type { FeatureView } from '../../engine/stores/feature-view.ts'

/** Who writes, for messages. */
export const place = { job: 'a-job', step: 'a-sink' }

/** What a sink of some of the fields is given. */
export function schemaOf(view: FeatureView, fields: readonly string[]): Schema {
  const values = Object.fromEntries(fields.map(field => [field, view.fields[field]]))
  return makeSchema(view.name, { [view.entity]: string(), ...values })
}
