import { MemoryHome } from '../../connectors/memory/home.ts'
import type { Fields, Schema } from '../../engine/batch/schema.ts'
import { makeSchema, signature } from '../../engine/batch/schema.ts'
import { RowWriter } from '../../engine/io/row-writer.ts'
import { limits } from '../../engine/limits.ts'
import type { TopicSpec } from '../../engine/topic.ts'
import { diffOutputs } from '../diff/diff-outputs.ts'
import type { Difference } from '../diff/difference.ts'
import { leavesOf } from '../diff/leaf.ts'
import type { Side } from '../diff/side.ts'
import type { Tolerance } from '../diff/tolerance.ts'
import type { GoldenPlace, OutputCard } from './golden-files.ts'
import { damaged, readRows, rowsPath } from './golden-files.ts'
import type { Output } from './outputs.ts'
import type { PlainRow } from './row-text.ts'
import { rowText, valueFrom } from './row-text.ts'

/** How the columns of an output have changed. */
export interface ColumnChange {
  readonly column: string
  /** Types; null where it was not there, or is no more. */
  readonly expected: string | null
  readonly found: string | null
}

export interface RowComparison {
  readonly isEqual: boolean
  readonly columns: readonly ColumnChange[]
  /** Of the columns that both have; null where the files are the same to the last character, or have none in common. */
  readonly difference: Difference | null
}

const rowsAtOnce = 4096

export function columnsOf({ fields }: Schema): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, signature(field)]))
}

/** Compares what a job has given with the rows that are expected of it. */
export async function compareRows(
  place: GoldenPlace,
  card: OutputCard,
  output: Output,
  tolerances: ReadonlyMap<string, Tolerance>,
): Promise<RowComparison> {
  const expected = readRows(place, output.name)
  const columns = columnChanges(card.columns, columnsOf(output.schema))
  const found = output.rows.map(row => rowText(output.schema, row))
  if (columns.length === 0 && isSame(expected, found)) return { isEqual: true, columns, difference: null }
  const fields: Fields = Object.fromEntries(
    Object.entries(output.schema.fields).filter(([name]) => columns.every(({ column }) => column !== name)),
  )
  const schema = makeSchema(output.schema.name, fields)
  if (schema.names.length === 0) return { isEqual: false, columns, difference: null }
  const rows = expected.map((line, index) =>
    expectedRow(schema, line, rowsPath(place, output.name), index + 1),
  )
  const difference = await diff(output, card, schema, rows, tolerances)
  return { isEqual: columns.length === 0 && difference.isEqual, columns, difference }
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, index) => line === b[index])
}

function columnChanges(
  expected: Readonly<Record<string, string>>,
  found: Readonly<Record<string, string>>,
): ColumnChange[] {
  return [...new Set([...Object.keys(expected), ...Object.keys(found)])]
    .filter(column => expected[column] !== found[column])
    .map(column => ({ column, expected: expected[column] ?? null, found: found[column] ?? null }))
}

function expectedRow({ names, fields }: Schema, line: string, file: string, number: number): PlainRow {
  const parsed = jsonObject(line, file, number)
  return Object.fromEntries(
    names.map(name => {
      const value = valueFrom(fields[name], parsed[name] ?? null)
      if (value !== undefined) return [name, value]
      const message = `line ${number}: ${name} is ${JSON.stringify(parsed[name])}, which is no ${fields[name].kind}`
      throw damaged(file, message)
    }),
  )
}

function jsonObject(line: string, file: string, number: number): PlainRow {
  try {
    const parsed: unknown = JSON.parse(line)
    if (typeof parsed === 'object' && parsed !== null) return parsed as PlainRow
  } catch (error) {
    throw damaged(file, `line ${number}: it is no JSON`, error)
  }
  throw damaged(file, `line ${number}: it is no JSON object`)
}

async function diff(
  output: Output,
  card: OutputCard,
  schema: Schema,
  expected: readonly PlainRow[],
  tolerances: ReadonlyMap<string, Tolerance>,
): Promise<Difference> {
  const leaves = leavesOf(schema).map(({ name }) => name)
  const shared = card.key.filter(name => schema.names.includes(name))
  const spec: TopicSpec = {
    ...{ name: output.name, schema, format: 'avro' },
    ...{ schemaId: null, registry: null, key: null, fromKey: null },
  }
  return diffOutputs(
    {
      a: await sideOf('expected', spec, expected),
      b: await sideOf('found', spec, output.rows),
      spec,
      key: shared.length === 0 ? leaves : shared,
      tolerances: new Map([...tolerances].filter(([name]) => leaves.includes(name))),
      listed: limits.diffListed,
    },
    new AbortController().signal,
  )
}

async function sideOf(name: string, spec: TopicSpec, rows: readonly PlainRow[]): Promise<Side> {
  const home = new MemoryHome()
  await home.createTopic(spec.name, 1)
  const partition = home.partition(spec.name, 0)
  const writer = new RowWriter(spec, null, 1, {
    append: (_topic, _partition, batch) => partition.append(batch),
  })
  for (let from = 0; from < rows.length; from += rowsAtOnce) {
    writer.write(rows.slice(from, from + rowsAtOnce))
    await writer.flush()
  }
  writer.close()
  partition.publish()
  const source = await home.openSource(spec.name, 0)
  return { name, partitions: [{ source, start: 0, end: source.endOffset() }] }
}
