import type { Field, Schema } from '../../batch/schema.ts'
import { HeadraceError, isHeadraceError } from '../../errors.ts'
import { limits } from '../../limits.ts'
import type { EnumPlan, ListPlan, MissingField, Plan, ReadPlan, RecordPlan } from './plan.ts'
import type {
  AvroEnum,
  AvroFixed,
  AvroPrimitive,
  AvroRecord,
  AvroSchema,
  AvroType,
  AvroUnion,
} from './type.ts'
import { parseAvro } from './type.ts'

/**
 * Matches a writer's schema to a reader's by Avro's rules, once, before any record is read. Fields go by
 * name, or by an alias that the writer's field declares; the names of records and enums are not compared,
 * so that a job need not repeat its producers' namespaces. A fixed may be read as bytes or decimal.
 */
export function resolveAvro(writer: AvroSchema, reader: Schema): RecordPlan {
  const type = parseAvro(writer)
  if (type.type !== 'record') throw mismatch(reader.name, type.type, reader)
  return new Resolver().record(type, reader, reader.name)
}

type Wire = ReadPlan['wire']

/** The wire types that a column can be read from. */
const readable: Partial<Record<Field['kind'], readonly Wire[]>> = {
  boolean: ['boolean'],
  int: ['int'],
  long: ['int', 'long'],
  bigint: ['int', 'long'],
  timestamp: ['int', 'long'],
  float: ['int', 'long', 'float'],
  double: ['int', 'long', 'float', 'double'],
  string: ['bytes'],
  bytes: ['bytes'],
}

const timestampDivisors: Record<string, number> = {
  'timestamp-millis': 1,
  'local-timestamp-millis': 1,
  'timestamp-micros': 1000,
  'local-timestamp-micros': 1000,
}

class Resolver {
  private nodes = 0

  resolve(type: AvroType, field: Field | null, path: string): Plan {
    if (++this.nodes > limits.schemaNodes) {
      throw unsupported(path, `the schema has more than ${limits.schemaNodes} parts`)
    }
    switch (type.type) {
      case 'union':
        return this.union(type, field, path)
      case 'null':
        if (field !== null && !field.nullable) throw mismatch(path, 'null', field)
        return { op: 'null', field, path }
      case 'fixed':
        return fixed(type, field, path)
      case 'enum':
        return enumeration(type, field, path)
      case 'array':
        if (field?.kind === 'vector') return this.vector(type.items, field, path)
        if (field !== null && field.kind !== 'array') throw mismatch(path, 'array', field)
        return this.list([type.items], field, path)
      case 'map':
        if (field !== null) throw mismatch(path, 'map', field)
        return this.list([{ type: 'string' }, type.values], null, path)
      case 'record':
        return this.record(type, field, path)
      default:
        return primitive(type, field, path)
    }
  }

  record(type: AvroRecord, field: Field | null, path: string): RecordPlan {
    if (field !== null && field.kind !== 'record') throw mismatch(path, 'record', field)
    const names = Object.keys(field?.fields ?? {})
    const columns = Object.values(field?.fields ?? {})
    const sources = names.map(name => sourceOf(type, name))
    const steps = type.fields.map((from, k) => {
      const target = sources.indexOf(k)
      return { target, plan: this.resolve(from.type, columns[target] ?? null, `${path}.${from.name}`) }
    })
    const missing = columns.flatMap((column, target): MissingField[] => {
      if (sources[target] >= 0) return []
      return [{ target, field: column, value: valueWithout(column, `${path}.${names[target]}`) }]
    })
    return { op: 'record', field, path, steps, missing }
  }

  private union(type: AvroUnion, field: Field | null, path: string): Plan {
    const failures: HeadraceError[] = []
    const branches = type.branches.map((branch): Plan => {
      try {
        return this.resolve(branch, field, path)
      } catch (error) {
        if (!isHeadraceError(error, 'HR_SCHEMA_MISMATCH')) throw error
        failures.push(error)
        return { op: 'mismatch', field, path, message: `${branch.type} cannot be read as ${field?.kind}` }
      }
    })
    if (failures.length > 0 && failures.length === branches.length) throw failures[0]
    return { op: 'union', field, path, branches }
  }

  private vector(items: AvroType, field: Field, path: string): Plan {
    const item = this.resolve(items, { kind: 'float', nullable: false }, `${path}[]`)
    if (item.op !== 'read') throw mismatch(path, `array of ${items.type}`, field)
    return { op: 'vector', field, path, size: field.size ?? 0, item }
  }

  private list(parts: readonly AvroType[], field: Field | null, path: string): ListPlan {
    const steps = parts.map(part => this.resolve(part, field?.item ?? null, `${path}[]`))
    const itemBytes = leastBytesOf(steps)
    // Otherwise a record of a few bytes could hold any number of items.
    if (itemBytes === 0) throw unsupported(path, 'the items of the array take no bytes')
    return { op: 'list', field, path, steps, itemBytes }
  }
}

/**
 * Index of the writer's field for a name of the reader's; -1 if there is none. An alias is only a second
 * choice, and never takes a field away from the column of its own name.
 */
function sourceOf(record: AvroRecord, name: string): number {
  const named = record.fields.findIndex(field => field.name === name)
  return named >= 0 ? named : record.fields.findIndex(field => field.aliases.includes(name))
}

function valueWithout(field: Field, path: string): unknown {
  if (field.default !== undefined) return field.default
  if (field.nullable) return null
  const message = `${path}: the writer's schema does not have it, and it has no default`
  throw new HeadraceError('HR_SCHEMA_MISMATCH', message)
}

function primitive(type: AvroPrimitive, field: Field | null, path: string): Plan {
  const wire = type.type === 'string' ? 'bytes' : (type.type as Wire)
  const plan: ReadPlan = { op: 'read', wire, field, path, divisor: 1 }
  if (field === null) return plan
  if (field.kind === 'decimal' && isDecimal(type, field)) return { op: 'decimal', field, path, size: null }
  if (!readable[field.kind]?.includes(wire)) throw mismatch(path, type.type, field)
  if (type.logical === 'decimal' && field.kind !== 'bytes') throw mismatch(path, 'decimal', field)
  if (field.kind !== 'timestamp' || type.logical === undefined) return plan
  const divisor = timestampDivisors[type.logical]
  if (divisor === undefined) throw mismatch(path, type.logical, field)
  return { ...plan, divisor }
}

function fixed(type: AvroFixed, field: Field | null, path: string): Plan {
  const { size } = type
  if (field?.kind === 'decimal' && isDecimal(type, field)) return { op: 'decimal', field, path, size }
  if (field !== null && field.kind !== 'bytes') throw mismatch(path, 'fixed', field)
  return { op: 'fixed', field, path, size }
}

/** Bytes without a logical type are taken for the decimal that the reader says they are. */
function isDecimal(type: AvroPrimitive | AvroFixed, field: Field): boolean {
  if (type.type !== 'bytes' && type.type !== 'fixed') return false
  if (type.logical !== 'decimal') return true
  return type.scale === field.scale && (type.precision ?? 0) <= (field.precision ?? 0)
}

function enumeration(type: AvroEnum, field: Field | null, path: string): EnumPlan {
  const { symbols } = type
  if (field === null) return { op: 'enum', field, path, codes: null, symbols }
  if (field.kind !== 'enum') throw mismatch(path, 'enum', field)
  const values = field.values ?? []
  const fallback = values.indexOf(String(field.default ?? ''))
  const codes = symbols.map(symbol => (values.includes(symbol) ? values.indexOf(symbol) : fallback))
  return { op: 'enum', field, path, codes: codes.every((code, k) => code === k) ? null : codes, symbols }
}

function leastBytesOf(plans: readonly Plan[]): number {
  return plans.reduce((sum, plan) => sum + leastBytes(plan), 0)
}

function leastBytes(plan: Plan): number {
  switch (plan.op) {
    case 'null':
      return 0
    case 'fixed':
      return plan.size
    case 'decimal':
      return plan.size ?? 1
    case 'record':
      return leastBytesOf(plan.steps.map(step => step.plan))
    case 'read':
      return plan.wire === 'double' ? 8 : plan.wire === 'float' ? 4 : 1
    default:
      return 1
  }
}

function mismatch(path: string, written: string, field: Field): HeadraceError {
  const wanted = `${field.nullable ? 'nullable ' : ''}${field.kind}`
  return new HeadraceError(
    'HR_SCHEMA_MISMATCH',
    `${path}: the writer's ${written} cannot be read as ${wanted}`,
  )
}

function unsupported(path: string, message: string): HeadraceError {
  return new HeadraceError('HR_SCHEMA_UNSUPPORTED', `${path}: ${message}`)
}
