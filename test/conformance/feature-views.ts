import type { Schema } from '../../engine/batch/schema.ts'
import { makeSchema } from '../../engine/batch/schema.ts'
import { double, features, int, nullable, string } from '../../engine/index.ts'
import type { FeatureStore } from '../../engine/stores/feature-store.ts'
import type { FeatureView } from '../../engine/stores/feature-view.ts'
import { viewSpec } from '../../engine/stores/feature-view.ts'
import type { StoreWriter } from '../../engine/stores/stores.ts'
import { ownName, writeRows } from '../support/written-rows.ts'

/** Who writes, for messages. */
export const place = { job: 'a-job', step: 'a-sink' }

/** What a sink of some of the fields is given. */
export function schemaOf(view: FeatureView, fields: readonly string[]): Schema {
  const values = Object.fromEntries(fields.map(field => [field, view.fields[field]]))
  return makeSchema(view.name, { [view.entity]: string(), ...values })
}

export const userFields = { clicks: int(), spent: nullable(double()), city: nullable(string()) }

export function userView(options: { version?: number; ttl?: number; name?: string } = {}): FeatureView {
  return features(options.name ?? ownName('users'), { entity: 'user', fields: userFields, ...options })
}

export async function valuesIn(store: FeatureStore, { name, version }: FeatureView, ...entities: string[]) {
  return (await store.get({ view: name, version, entities })).rows
}

/** Opens a writer of some fields and writes to it at once. */
export async function put(
  store: FeatureStore,
  view: FeatureView,
  rows: readonly Row[],
): Promise<StoreWriter> {
  const schema = schemaOf(view, Object.keys(view.fields))
  const writer = await store.openWriter(viewSpec(view), schema, place)
  await writeRows(writer, schema, rows)
  return writer
}

export interface Row {
  readonly user: string
  readonly time: number
  readonly position?: number
  readonly clicks?: number
  readonly spent?: number | null
  readonly city?: string | null
  readonly [column: string]: unknown
}
