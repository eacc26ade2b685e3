import type { Field, Fields, Schema } from '../../engine/batch/schema.ts'
import { makeSchema } from '../../engine/batch/schema.ts'
import { schemaFromAvro } from '../../engine/codec/avro/import.ts'
import { dataViewOf } from '../../engine/codec/data-view.ts'
import { HeadraceError, isHeadraceError } from '../../engine/errors.ts'
import { RecordFeed } from '../../engine/io/record-feed.ts'
import type { SchemaRegistry } from '../../engine/schema-registry.ts'
import { needRegistry } from '../../engine/schema-registry.ts'
import type { TopicSpec } from '../../engine/topic.ts'
import type { Side } from './side.ts'

/** Records of each partition that are looked at. */
const sampled = 1000
/** Columns that hold times where they hold numbers: what windows are called, and events by custom. */
const timeNames = ['ts', 'windowStart', 'windowEnd']

interface Sample {
  readonly key: string | null
  readonly value: Uint8Array
}

/** What the records say of a topic of which no job speaks: Avro's by their registry, JSON's by what is in them. */
export async function guessTopic(
  topic: string,
  sides: readonly Side[],
  registry: SchemaRegistry | undefined,
): Promise<TopicSpec> {
  const samples = (await Promise.all(sides.map(side => sampleOf(topic, side)))).flat()
  const spec = { name: topic, schemaId: null, key: null, fromKey: null }
  const first = samples[0]?.value
  if (first !== undefined && first.length >= 5 && first[0] === 0) {
    const schema = await registeredSchema(topic, dataViewOf(first).getInt32(1), registry)
    return { ...spec, schema, format: 'avro', registry: { subject: null } }
  }
  const rows = samples.map(({ value }) => parsed(topic, value))
  const fields = fieldsOf(rows, '', topic)
  const key = Object.keys(fields).find(name => rows.every((row, i) => isKey(row[name], samples[i].key)))
  return { ...spec, schema: makeSchema('Row', fields), format: 'json', registry: null, key: key ?? null }
}

async function sampleOf(topic: string, { partitions }: Side): Promise<Sample[]> {
  const samples: Sample[] = []
  for (const [index, { source, start, end }] of partitions.entries()) {
    const feed = new RecordFeed(source, topic, index)
    feed.until = end
    feed.seek(start)
    if (!(await feed.fill())) continue
    const { count, bytes, keyStart, keyEnd, valueStart, valueEnd } = feed.spans
    for (let row = 0; row < Math.min(count, sampled); row++) {
      if (valueStart[row] < 0) continue
      const key =
        keyStart[row] < 0 ? null : Buffer.from(bytes.subarray(keyStart[row], keyEnd[row])).toString()
      samples.push({ key, value: bytes.slice(valueStart[row], valueEnd[row]) })
    }
  }
  return samples
}

async function registeredSchema(
  topic: string,
  id: number,
  registry: SchemaRegistry | undefined,
): Promise<Schema> {
  const schema = await needRegistry(registry, { topic }).byId(id)
  if (schema === undefined || isHeadraceError(schema))
    throw unknown(topic, `schema ${id} is not known`, schema)
  return schemaFromAvro(schema)
}

type JsonRow = Readonly<Record<string, unknown>>

function parsed(topic: string, value: Uint8Array): JsonRow {
  try {
    const row: unknown = JSON.parse(Buffer.from(value).toString())
    if (isObject(row)) return row
  } catch (error) {
    throw unknown(topic, 'its records are not JSON', error)
  }
  throw unknown(topic, 'its records are no JSON objects')
}

function isObject(value: unknown): value is JsonRow {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isKey(value: unknown, key: string | null): boolean {
  return (typeof value === 'string' || typeof value === 'number') && String(value) === key
}

/** A field may be missing, or null, anywhere. */
function fieldsOf(rows: readonly JsonRow[], path: string, topic: string): Fields {
  const names = [...new Set(rows.flatMap(row => Object.keys(row)))]
  return Object.fromEntries(
    names.map(name => {
      const values = rows.map(row => row[name]).filter(value => value !== undefined && value !== null)
      const isTime = path === '' && timeNames.includes(name) && values.every(Number.isSafeInteger)
      const field = isTime ? timestampField : fieldOf(values, `${path}${name}`, topic)
      return [name, { ...field, nullable: true }]
    }),
  )
}

const timestampField: Field = { kind: 'timestamp', nullable: true }

function fieldOf(values: readonly unknown[], path: string, topic: string): Field {
  const [first] = values
  if (values.every(isObject)) {
    // Of nothing but nulls nothing is known: texts are as good as anything.
    if (values.length === 0) return { kind: 'string', nullable: true }
    const fields = fieldsOf(values, `${path}.`, topic)
    return makeSchema('Nested', fields)
  }
  if (values.every(Array.isArray)) {
    const items = values.flat()
    const item = fieldOf(
      items.filter(one => one !== null),
      `${path}[]`,
      topic,
    )
    return { kind: 'array', nullable: false, item: { ...item, nullable: items.includes(null) } }
  }
  const kinds = { number: 'double', string: 'string', boolean: 'boolean' } as const
  const kind = kinds[typeof first as keyof typeof kinds]
  if (kind !== undefined && values.every(value => typeof value === typeof first))
    return { kind, nullable: false }
  throw unknown(topic, `${path} has values of several types`)
}

function unknown(topic: string, why: string, cause?: unknown): HeadraceError {
  return new HeadraceError('HR_USAGE', `${why}: name the job that writes the topic`, { topic, cause })
}
