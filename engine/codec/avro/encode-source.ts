import type { Field, Schema } from '../../batch/schema.ts'
import { SourceText } from '../source-text.ts'
import { nullComesFirst } from './schema.ts'
import { writeInt, writeLong, writeWide } from './varint-write-source.ts'

/** The source of a function that encodes rows, column by column within each. */
export function encodeSource(schema: Schema, framing: 'none' | 'confluent'): string {
  const body = new EncodeBody(fixedBytes(schema) + HEADER)
  schema.names.forEach((name, k) => {
    body.value(schema.fields[name], `columns[${k}]`, 'row', `${schema.name}.${name}`)
  })
  const header = '    bytes[p] = 0\n    view.setInt32(p + 1, schemaId)\n    p += 5\n'
  return `return function encode(columns, rows, out, start, end, schemaId, help) {
${body.hoisted.map(line => `  ${line}`).join('\n')}
  let bytes = out.bytes, view = out.view, capacity = bytes.length, p = out.length
  let length = 0, from = 0, value = 0, raw = 0, high = 0, sign = 0
  for (let row = 0; row < rows; row++) {
${body.room}
    start[row] = p
${framing === 'none' ? '' : header}${body.text}
    end[row] = p
  }
  out.length = p
}
//# sourceURL=headrace/avro-encode/${schema.name}`
}

/** A frame, and what writers of whole words may touch behind the end. */
const HEADER = 5 + 8

/** Bytes that a value takes at most, without the text of strings and with one item an array. */
function fixedBytes(field: Field): number {
  const union = field.nullable ? 1 : 0
  switch (field.kind) {
    case 'boolean':
      return union + 1
    case 'float':
      return union + 4
    case 'double':
      return union + 8
    case 'vector':
      return union + 6 + 4 * (field.size ?? 0)
    case 'array':
      return union + 6 + fixedBytes(field.item as Field)
    case 'record':
      return union + Object.values(field.fields ?? {}).reduce((sum, inner) => sum + fixedBytes(inner), 0)
    case 'long':
    case 'bigint':
    case 'timestamp':
      return union + 10
    default:
      return union + 5
  }
}

class EncodeBody {
  readonly text = new SourceText(2)
  readonly hoisted: string[] = []
  /** Bytes for which there is always room, whatever is written next. */
  private readonly fixed: number
  private columns = 0

  constructor(fixed: number) {
    this.fixed = fixed
  }

  /** What makes room for the next row. */
  get room(): string {
    const text = new SourceText(2)
    text.add(...this.roomLines('0'))
    return text.toString()
  }

  private roomLines(more: string): string[] {
    const needed = more === '0' ? `${this.fixed}` : `${more} + ${this.fixed}`
    return [
      `if (p + ${needed} > capacity) {`,
      'out.length = p',
      `out.reserve(${needed})`,
      'bytes = out.bytes',
      'view = out.view',
      'capacity = bytes.length',
      '}',
    ]
  }

  /** `access` is an expression for the column, `index` for the place in it. */
  value(field: Field, access: string, index: string, path: string): void {
    const id = this.columns++
    this.hoisted.push(`const column${id} = ${access}`)
    if (!field.nullable) {
      this.present(field, id, index, path)
      return
    }
    const [none, some] = nullComesFirst(field) ? [0, 2] : [2, 0]
    this.hoisted.push(`const nulls${id} = column${id}.nulls`)
    this.text.add(
      `if (nulls${id} !== null && nulls${id}[${index}] === 1) {`,
      `bytes[p++] = ${none}`,
      '} else {',
    )
    this.text.add(`bytes[p++] = ${some}`)
    this.present(field, id, index, path)
    this.text.add('}')
  }

  private present(field: Field, id: number, index: string, path: string): void {
    switch (field.kind) {
      case 'string':
      case 'bytes':
      case 'decimal':
        this.bytes(field, id, index, path)
        break
      case 'array':
        this.array(field, id, index, path)
        break
      case 'vector':
        this.vector(field, id, index)
        break
      case 'record':
        Object.entries(field.fields ?? {}).forEach(([name, inner], k) => {
          this.value(inner, `column${id}.fields[${k}]`, index, `${path}.${name}`)
        })
        break
      default:
        this.scalar(field, id, index, path)
    }
  }

  private scalar(field: Field, id: number, index: string, path: string): void {
    const at = `values${id}[${index}]`
    const where = `${JSON.stringify(path)}, row`
    const { text } = this
    if (field.kind === 'bigint')
      this.hoisted.push(
        `const words${id} = new Int32Array(column${id}.values.buffer, column${id}.values.byteOffset, 2 * column${id}.values.length)`,
      )
    else this.hoisted.push(`const values${id} = column${id}.values`)
    switch (field.kind) {
      case 'boolean':
        text.add(`bytes[p++] = ${at}`)
        break
      case 'float':
      case 'double': {
        const size = field.kind === 'float' ? 4 : 8
        text.add(`view.setFloat${size * 8}(p, ${at}, true)`, `p += ${size}`)
        break
      }
      case 'int':
        text.add(`value = ${at}`, 'raw = (value << 1) ^ (value >> 31)', ...writeInt)
        break
      case 'enum':
        text.add(
          `raw = ${at}`,
          `if (raw < 0 || raw >= ${field.values?.length}) help.unknownCode(${where}, raw)`,
        )
        text.add('raw <<= 1', ...writeInt)
        break
      case 'bigint':
        text.add(`raw = words${id}[2 * ${index}]`, `high = words${id}[2 * ${index} + 1]`, ...writeWide)
        break
      default:
        text.add(`value = ${at}`, ...writeLong(`help.notWhole(${where}, value)`))
    }
  }

  private bytes(field: Field, id: number, index: string, path: string): void {
    const names = ['bytes', 'start', 'end']
    this.hoisted.push(...names.map(name => `const ${name}${id} = column${id}.${name}`))
    const { text } = this
    let source = `bytes${id}`
    if (field.kind === 'decimal') {
      const view = `bytes${id}, start${id}[${index}], end${id}[${index}]`
      source = `encoded${id}`
      text.add(
        `const ${source} = help.decimal(${JSON.stringify(path)}, ${view}, ${field.precision}, ${field.scale})`,
      )
      text.add('from = 0', `length = ${source}.length`)
    } else text.add(`from = start${id}[${index}]`, `length = end${id}[${index}] - from`)
    text.add(...this.roomLines('length'), 'raw = length << 1', ...writeInt)
    text.add('if (length < 24) {', `for (let k = 0; k < length; k++) bytes[p + k] = ${source}[from + k]`)
    text.add('} else {', `bytes.set(${source}.subarray(from, from + length), p)`, '}', 'p += length')
  }

  private array(field: Field, id: number, index: string, path: string): void {
    this.hoisted.push(`const start${id} = column${id}.start`, `const end${id} = column${id}.end`)
    const { text } = this
    text.add(`raw = (end${id}[${index}] - start${id}[${index}]) << 1`, 'if (raw > 0) {', ...writeInt)
    text.add(`for (let item${id} = start${id}[${index}]; item${id} < end${id}[${index}]; item${id}++) {`)
    text.add(...this.roomLines('0'))
    this.value(field.item as Field, `column${id}.item`, `item${id}`, `${path}[]`)
    text.add('}', '}', 'bytes[p++] = 0')
  }

  private vector(field: Field, id: number, index: string): void {
    const { size = 0 } = field
    this.hoisted.push(`const values${id} = column${id}.values`)
    const { text } = this
    if (size > 0) {
      text.add(`raw = ${2 * size}`, ...writeInt, `for (let k = 0; k < ${size}; k++) {`)
      text.add(`view.setFloat32(p, values${id}[${index} * ${size} + k], true)`, 'p += 4', '}')
    }
    text.add('bytes[p++] = 0')
  }
}
