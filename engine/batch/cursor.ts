import type { Batch } from './batch.ts'
import { layoutOf } from './columns.ts'
import type { Field, Schema } from './schema.ts'
import { signature } from './schema.ts'
import { TextCache } from './text.ts'
import { readValue } from './values.ts'

/**
 * A flyweight row: lambdas read its properties, the engine moves `$row`. Its class is generated once a
 * schema, so that a lambda always sees the same shape; a column is decoded when first read.
 */
export interface Cursor<T> {
  $row: number
  $bind(batch: Batch<T>): void
  /** The cursor as the lambda sees it. */
  readonly $view: T
}

type CursorClass = new (context: CursorContext) => Cursor<unknown>

interface CursorContext {
  readonly text: TextCache
  readonly readValue: typeof readValue
  readonly fields: readonly Field[]
}

const text = new TextCache()
const classes = new Map<string, CursorClass>()

export function cursorFor<T>(schema: Schema<T>): Cursor<T> {
  const shape = `${schema.names.join()} ${signature(schema)}`
  let made = classes.get(shape)
  if (made === undefined) {
    made = new Function(cursorSource(schema as Schema))() as CursorClass
    classes.set(shape, made)
  }
  const fields = schema.names.map(name => schema.fields[name])
  return new made({ text, readValue, fields }) as Cursor<T>
}

/** The source of a cursor class: one getter a field, over arrays that `$load` takes out of the batch. */
export function cursorSource(schema: Schema): string {
  const fields = schema.names.map(name => schema.fields[name] as Field)
  const indexes = fields.map((_, k) => k)
  return `return class Cursor {
  constructor(context) {
    this.$row = 0
    this.$batch = null
    this.$text = context.text
    this.$readValue = context.readValue
    this.$fields = context.fields
${indexes.map(k => `    this.$used${k} = false; this.$ready${k} = false; ${slots(fields[k], k, 'null')}`).join('\n')}
  }
  get $view() { return this }
  $bind(batch) {
    this.$batch = batch
${indexes.map(k => `    this.$ready${k} = false; if (this.$used${k}) this.$load${k}()`).join('\n')}
  }
${fields.map((field, k) => member(field, schema.names[k], k)).join('\n')}
}
//# sourceURL=headrace/cursor/${schema.name}`
}

/** Which parts of a column a getter reads directly. */
function partsOf(field: Field): readonly string[] {
  switch (layoutOf(field)) {
    case 'bytes':
      return ['bytes', 'start', 'end']
    case 'vector':
    case 'array':
    case 'record':
      return []
    default:
      return ['values']
  }
}

function slots(field: Field, k: number, value: string): string {
  const parts = partsOf(field)
  const all = parts.length === 0 ? ['column'] : field.nullable ? [...parts, 'nulls'] : parts
  return all
    .map(
      part =>
        `this.$${part}${k} = ${value === 'null' ? 'null' : part === 'column' ? 'column' : `column.${part}`}`,
    )
    .join('; ')
}

function member(field: Field, name: string, k: number): string {
  return `  $load${k}() {
    const column = this.$batch.column(${k})
    ${slots(field, k, 'column')}
    this.$used${k} = true
    this.$ready${k} = true
  }
  get [${JSON.stringify(name)}]() {
    if (!this.$ready${k}) this.$load${k}()
    ${partsOf(field).length > 0 && field.nullable ? `if (this.$nulls${k} !== null && this.$nulls${k}[this.$row] === 1) return null` : ''}
    return ${read(field, k)}
  }`
}

function read(field: Field, k: number): string {
  const bytes = `this.$bytes${k}, this.$start${k}[this.$row], this.$end${k}[this.$row]`
  switch (field.kind) {
    case 'boolean':
      return `this.$values${k}[this.$row] === 1`
    case 'enum':
      return `this.$fields[${k}].values[this.$values${k}[this.$row]]`
    case 'string':
    case 'decimal':
      return `this.$text.read(${bytes})`
    case 'bytes':
      return `this.$bytes${k}.slice(this.$start${k}[this.$row], this.$end${k}[this.$row])`
    case 'vector':
    case 'array':
    case 'record':
      return `this.$readValue(this.$fields[${k}], this.$column${k}, this.$row)`
    default:
      return `this.$values${k}[this.$row]`
  }
}
