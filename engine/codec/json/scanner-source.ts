import { layoutOf } from '../../batch/columns.ts'
import type { Field, Schema } from '../../batch/schema.ts'
import type { ColumnBuilder } from './column-builder.ts'
import { scanBigint, scanDouble, scanInt, scanLong, skipNumber } from './scan-number.ts'
import { scanDecimal, scanFloat, scanOther, scanVector } from './scan-other.ts'
import { scanBoolean, scanEnum, scanNull, scanString } from './scan-text.ts'

/** How a writer sets its text: JSON.stringify and Java's libraries put no space, Python's json module one. */
export type Spacing = '' | ' '

/** Decodes the rows whose state is 0 and that are set in the common way, makes that 1; gives how many are left. */
export type RecordScanner = (
  bytes: Uint8Array,
  view: DataView,
  start: Int32Array,
  end: Int32Array,
  rows: number,
  state: Uint8Array,
  builders: readonly ColumnBuilder[],
) => number

const helpers = {
  scanBigint,
  scanBoolean,
  scanDecimal,
  scanDouble,
  scanEnum,
  scanFloat,
  scanInt,
  scanLong,
  scanNull,
  scanOther,
  scanString,
  scanVector,
  skipNumber,
}

export function recordScanner(schema: Schema, wanted: readonly boolean[], spacing: Spacing): RecordScanner {
  return new Function('helpers', scannerSource(schema, wanted, spacing))(helpers) as RecordScanner
}

/**
 * The source of a scanner for records that have exactly the schema's fields in its order, which is what
 * writers produce. It leaves at 0 the state of each row that is anything else, for the slow path to decide.
 */
export function scannerSource(schema: Schema, wanted: readonly boolean[], spacing: Spacing): string {
  const fields = schema.names.map(name => schema.fields[name])
  return `const { ${Object.keys(helpers).join(', ')} } = helpers
return function scanRecords(bytes, view, start, end, rows, state, builders) {
${fields.map(declare).join('\n')}
  let left = 0
  for (let row = 0; row < rows; row++) {
    if (state[row] !== 0) continue
    const stop = end[row]
    let p = start[row]
    record: {
${fields.map((field, k) => member(field, k, prefix(schema.names[k], k, spacing), wanted[k])).join('\n')}
${fields.length === 0 ? literal('{') : ''}
      if (bytes[p] !== ${'}'.charCodeAt(0)} || p + 1 !== stop) break record
      state[row] = 1
      continue
    }
    left++
  }
  return left
}
//# sourceURL=headrace/json-scanner/${schema.name}`
}

function prefix(name: string, k: number, spacing: Spacing): string {
  return `${k === 0 ? '{' : `,${spacing}`}${JSON.stringify(name)}:${spacing}`
}

function declare(field: Field, k: number): string {
  const names = [...partsOf(field), ...(field.nullable ? ['nulls'] : [])]
  const locals = names.map(name => `${name}: ${name}${k}`)
  return locals.length === 0 ? '' : `  const { ${locals.join(', ')} } = builders[${k}]`
}

/** The arrays of a field's builder that its scanner writes to. */
function partsOf(field: Field): readonly string[] {
  switch (field.kind) {
    case 'string':
      return ['start', 'end', 'aside']
    case 'decimal':
      return ['start', 'end']
    case 'bigint':
      return ['words']
    case 'bytes':
    case 'array':
    case 'record':
      return []
    default:
      return ['values']
  }
}

function member(field: Field, k: number, text: string, wanted: boolean): string {
  const scan = `      p = ${call(field, k, wanted)}
      if (p === -1) break record`
  return literal(text) + (field.nullable ? orNull(field, k, wanted ? 'row' : '0', scan) : scan)
}

/** Compares the text at p, four bytes at a time, and steps behind it. */
function literal(text: string): string {
  const bytes = Buffer.from(text)
  const tests = [`stop - p < ${bytes.length}`]
  let i = 0
  for (; i + 4 <= bytes.length; i += 4)
    tests.push(`view.getInt32(p + ${i}, true) !== ${bytes.readInt32LE(i)}`)
  for (; i < bytes.length; i++) tests.push(`bytes[p + ${i}] !== ${bytes[i]}`)
  return `      // ${JSON.stringify(text)}
      if (${tests.join(' || ')}) break record
      p += ${bytes.length}
`
}

function orNull(field: Field, k: number, slot: string, scan: string): string {
  const hasPositions = ['bytes', 'array', 'record'].includes(layoutOf(field))
  return `      if (bytes[p] === ${'n'.charCodeAt(0)}) {
        p = scanNull(bytes, p)
        if (p === -1) break record
        nulls${k}[${slot}] = 1
${hasPositions ? `        builders[${k}].blank(${slot})\n` : ''}      } else {
        nulls${k}[${slot}] = 0
${scan.replace(/^/gm, '  ')}
      }`
}

function call(field: Field, k: number, wanted: boolean): string {
  const slot = wanted ? 'row' : '0'
  switch (field.kind) {
    case 'boolean':
      return `scanBoolean(bytes, p, values${k}, ${slot})`
    case 'int':
      return `scanInt(bytes, p, values${k}, ${slot})`
    case 'long':
    case 'timestamp':
      return `scanLong(bytes, view, p, values${k}, ${slot})`
    case 'bigint':
      return `scanBigint(bytes, p, words${k}, ${slot})`
    case 'float':
      return wanted ? `scanFloat(bytes, view, p, values${k}, row)` : 'skipNumber(bytes, p)'
    case 'double':
      return wanted ? `scanDouble(bytes, view, p, values${k}, row)` : 'skipNumber(bytes, p)'
    case 'enum':
      return `scanEnum(bytes, p, builders[${k}].names, values${k}, ${slot})`
    case 'string':
      return `scanString(bytes, p, start${k}, end${k}, ${slot}, aside${k})`
    case 'decimal':
      return `scanDecimal(bytes, p, builders[${k}].field, start${k}, end${k}, ${slot})`
    case 'vector':
      return `scanVector(bytes, view, p, values${k}, ${field.size}, ${slot})`
    case 'bytes':
    case 'array':
    case 'record':
      return `scanOther(bytes, p, stop, builders[${k}], ${slot})`
  }
}
