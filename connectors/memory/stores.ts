import type { Field, Schema } from '../../engine/batch/schema.ts'
import { readValue } from '../../engine/batch/values.ts'
import type { FeatureViewSpec } from '../../engine/stores/feature-view.ts'
import type { SeriesSpec } from '../../engine/stores/series.ts'
import type {
  FeatureLookup,
  FeatureValues,
  StoreRows,
  StoreSpec,
  Stores,
  StoreWriter,
} from '../../engine/stores/stores.ts'

interface StoredValue {
  readonly value: unknown
  readonly time: number
  readonly position: number
}

/** Feature views and series in memory: for tests. */
export class MemoryStores implements Stores {
  /** By view and version, as in `user-stats@2`, by entity and by field. */
  readonly features = new Map<string, Map<string, Map<string, StoredValue>>>()
  /** By name, each point under its tags and time. */
  readonly series = new Map<string, Map<string, Readonly<Record<string, unknown>>>>()

  async openWriter(spec: StoreSpec, schema: Schema): Promise<StoreWriter> {
    const write = (rows: StoreRows) => {
      for (let row = 0; row < rows.rows; row++) {
        if (spec.kind === 'features') this.setFeatures(spec, schema, rows, row)
        else this.setPoint(spec, schema, rows, row)
      }
    }
    return { write, flush: async () => [], close: () => {} }
  }

  async openLookup(view: FeatureViewSpec, fields: readonly string[]): Promise<FeatureLookup> {
    const get = async (entities: readonly (string | number | bigint)[]) =>
      entities.map(entity => {
        const found = this.features.get(keyOf(view))?.get(String(entity))
        return found === undefined ? undefined : valuesOf(found, fields)
      })
    return { get, close: () => {} }
  }

  async close(): Promise<void> {}

  private setFeatures(spec: FeatureViewSpec, schema: Schema, rows: StoreRows, row: number): void {
    const [entity, ...values] = valuesIn(schema, rows, row)
    const view = this.features.getOrInsertComputed(keyOf(spec), () => new Map())
    const stored = view.getOrInsertComputed(String(entity), () => new Map())
    const [time, position] = [rows.time[row], rows.position[row]]
    values.forEach((value, index) => {
      const field = schema.names[index + 1]
      const old = stored.get(field)
      if (old !== undefined && (old.time > time || (old.time === time && old.position > position))) return
      stored.set(field, { value, time, position })
    })
  }

  private setPoint(spec: SeriesSpec, schema: Schema, rows: StoreRows, row: number): void {
    const values = valuesIn(schema, rows, row)
    const point = Object.fromEntries(schema.names.map((name, index) => [name, values[index]]))
    const time = spec.time === null ? rows.time[row] : point[spec.time]
    const key = JSON.stringify([...spec.tags.map(tag => String(point[tag])), time])
    this.series.getOrInsertComputed(spec.name, () => new Map()).set(key, { time, ...point })
  }
}

function keyOf({ name, version }: FeatureViewSpec): string {
  return `${name}@${version}`
}

function valuesIn(schema: Schema, { columns }: StoreRows, row: number): unknown[] {
  return columns.map((column, index) => readValue(schema.fields[schema.names[index]] as Field, column, row))
}

function valuesOf(stored: ReadonlyMap<string, StoredValue>, fields: readonly string[]): FeatureValues {
  const known = fields.flatMap(field => {
    const value = stored.get(field)
    return value === undefined ? [] : [[field, value] as const]
  })
  return {
    values: Object.fromEntries(known.map(([field, { value }]) => [field, value])),
    times: Object.fromEntries(known.map(([field, { time }]) => [field, time])),
  }
}
