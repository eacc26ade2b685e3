import type { MemoryHome } from '../../connectors/memory/home.ts'
import type { MemoryStores } from '../../connectors/memory/stores.ts'
import type { Field, Schema } from '../../engine/batch/schema.ts'
import { makeSchema, nullable, timestamp } from '../../engine/batch/schema.ts'
import { HeadraceError } from '../../engine/errors.ts'
import type { StoreEnd } from '../../engine/graph/build.ts'
import type { Plan } from '../../engine/graph/plan.ts'
import { sinksOf } from '../../engine/graph/plan.ts'
import { RowReader } from '../../engine/io/row-reader.ts'
import { limits } from '../../engine/limits.ts'
import type { SchemaRegistry } from '../../engine/schema-registry.ts'
import type { FeatureViewSpec } from '../../engine/stores/feature-view.ts'
import type { SeriesSpec } from '../../engine/stores/series.ts'
import type { TopicSpec } from '../../engine/topic.ts'
import { defaultKey } from '../diff/diff-outputs.ts'
import type { PlainRow } from './row-text.ts'
import { tellingKey } from './telling-key.ts'

/** What a job has written to one place, in an order that only its rows say. */
export interface Output {
  /** A topic, or `features/` with a view and its version, or `series/` with a series. */
  readonly name: string
  readonly schema: Schema
  /** Columns that tell rows apart; none where nothing says so. */
  readonly key: readonly string[]
  readonly rows: readonly PlainRow[]
}

/** All outputs of a job that has run in memory. */
export async function outputsOf(
  { stages, schemas }: Plan,
  home: MemoryHome,
  stores: MemoryStores,
  registry: SchemaRegistry | undefined,
): Promise<Output[]> {
  const topics: Output[] = []
  for (const { topic } of sinksOf({ stages })) {
    const { name, schema } = topic
    const rows = await rowsIn(topic, home, registry)
    topics.push({ name, schema, key: tellingKey(schema, rows, defaultKey(topic)), rows })
  }
  const ends = new Map(stages.flatMap(({ storeEnds }) => storeEnds).map(end => [nameOf(end), end]))
  const stored = [...ends.values()].map(({ id, store }) =>
    store.kind === 'features'
      ? viewOutput(store, schemas.get(id) as Schema, stores)
      : seriesOutput(store, stores),
  )
  return [...topics, ...stored].map(inOrder).sort((a, b) => (a.name < b.name ? -1 : 1))
}

async function rowsIn(
  topic: TopicSpec,
  home: MemoryHome,
  registry: SchemaRegistry | undefined,
): Promise<PlainRow[]> {
  const rows: PlainRow[] = []
  for (let partition = 0; partition < ((await home.partitions(topic.name)) ?? 0); partition++) {
    const reader = new RowReader<PlainRow>(
      topic,
      partition,
      await home.openSource(topic.name, partition),
      0,
      registry,
    )
    for (let some = await reader.read(); some.length > 0; some = await reader.read()) {
      for (const { row } of some) if (row !== null) rows.push(row)
      if (rows.length > limits.goldenRows) throw tooMany(topic.name)
    }
    reader.close()
  }
  return rows
}

function tooMany(topic: string): HeadraceError {
  const message = `it gets more than ${limits.goldenRows} rows: record a shorter slice, or compare with replay and diff`
  return new HeadraceError('HR_GOLDEN_FILE', message, { topic })
}

function nameOf({ store }: StoreEnd): string {
  return store.kind === 'features' ? `features/${store.name}@${store.version}` : `series/${store.name}`
}

/** The newest values of each entity. */
function viewOutput(view: FeatureViewSpec, stream: Schema, stores: MemoryStores): Output {
  const { entity, name, version } = view
  const values = Object.entries<Field>(view.fields).map(([field, type]) => [field, nullable(type)] as const)
  const type = stream.fields[entity]
  const rows = [...(stores.features.get(`${name}@${version}`) ?? [])].map(([whose, stored]) => ({
    [entity]: entityFrom(type, whose),
    ...Object.fromEntries(values.map(([field]) => [field, stored.get(field)?.value ?? null])),
  }))
  const schema = makeSchema(name, { [entity]: type, ...Object.fromEntries(values) })
  return { name: `features/${name}@${version}`, schema, key: [entity], rows }
}

function entityFrom({ kind }: Field, text: string): unknown {
  if (kind === 'bigint') return BigInt(text)
  return kind === 'int' || kind === 'long' ? Number(text) : text
}

function seriesOutput({ name, schema, tags, time }: SeriesSpec, stores: MemoryStores): Output {
  const rows = [...(stores.series.get(name)?.values() ?? [])]
  const own = time !== null || 'time' in schema.fields
  const timed = own ? schema : makeSchema(schema.name, { time: timestamp(), ...schema.fields })
  return { name: `series/${name}`, schema: timed, key: [...tags, time ?? 'time'], rows }
}

/** By time, then by the rest of the key, then by what they are. */
function inOrder(output: Output): Output {
  const { schema, key, rows } = output
  const isTime = (name: string) => schema.fields[name].kind === 'timestamp'
  const names = [...new Set([...key.filter(isTime), ...key, ...schema.names])]
  return {
    ...output,
    rows: rows.toSorted((a, b) => {
      for (const name of names) {
        const order = compare(a[name], b[name])
        if (order !== 0) return order
      }
      return 0
    }),
  }
}

function compare(a: unknown, b: unknown): number {
  if (a === b) return 0
  if (a === null || b === null) return a === null ? -1 : 1
  const [left, right] = typeof a === 'object' ? [textOf(a), textOf(b)] : [a, b]
  if (Number.isNaN(left)) return Number.isNaN(right) ? 0 : -1
  return (left as never) < (right as never) ? -1 : (left as never) > (right as never) ? 1 : 0
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? String(part) : part))
}
