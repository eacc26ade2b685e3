import type { Schema } from '../../batch/schema.ts'
import type { BadRecords, EncodedRows } from '../codec.ts'
import { dataViewOf } from '../data-view.ts'
import type { AvroColumn, ColumnLevel } from './columns.ts'
import { decimalText } from './decimal.ts'
import type { Reason } from './decode-draft.ts'
import type { DecodeShape, DecodeSource } from './decode-source.ts'
import { carefulSource, fastSource } from './decode-source.ts'
import { compiledFunction } from './function.ts'
import type { RecordPlan } from './plan.ts'

/** How far a fast function may look behind the end of a record. */
const SLACK = 16

type Constants = readonly unknown[]

type Fast = (
  bytes: Uint8Array,
  view: DataView,
  starts: Int32Array,
  ends: Int32Array,
  row: number,
  rows: number,
  safe: number,
  id: number,
  level: ColumnLevel,
  constants: Constants,
  put: typeof putDecimal,
) => number

type Careful = (
  bytes: Uint8Array,
  view: DataView,
  begin: number,
  end: number,
  row: number,
  level: ColumnLevel,
  constants: Constants,
  put: typeof putDecimal,
) => number

/** The generated functions for one writer's schema, a pair for each set of wanted columns. */
export class AvroProgram {
  private readonly plan: RecordPlan
  private readonly reader: Schema
  private readonly framing: 'none' | 'confluent'
  private readonly variants = new Map<string, Variant>()

  constructor(plan: RecordPlan, reader: Schema, framing: 'none' | 'confluent') {
    this.plan = plan
    this.reader = reader
    this.framing = framing
  }

  variant(wanted: readonly boolean[]): Variant {
    const key = wanted.join()
    let variant = this.variants.get(key)
    if (variant === undefined) {
      const { plan, reader, framing } = this
      variant = new Variant({ plan, reader, framing, wanted: [...wanted] })
      this.variants.set(key, variant)
    }
    return variant
  }
}

class Variant {
  private readonly shape: DecodeShape
  private readonly fast: Compiled<Fast>
  private careful: Compiled<Careful> | null = null

  constructor(shape: DecodeShape) {
    this.shape = shape
    this.fast = compile(fastSource(shape))
  }

  /** Decodes from `row` on, and gives the row at which another schema's records begin. */
  run(input: EncodedRows, row: number, id: number, level: ColumnLevel, bad: BadRecords): number {
    const { bytes, start, end, rows } = input
    const view = dataViewOf(bytes)
    const { run, constants } = this.fast
    for (;;) {
      row = run(bytes, view, start, end, row, rows, bytes.length - SLACK, id, level, constants, putDecimal)
      if (row === rows || !this.isOwn(input, view, row, id)) return row
      this.careful ??= compile(carefulSource(this.shape))
      const why = this.careful.run(
        bytes,
        view,
        start[row],
        end[row],
        row,
        level,
        this.careful.constants,
        putDecimal,
      )
      if (why >= 0) bad.add(row, this.careful.reasons[why].code, this.careful.reasons[why].message)
      row++
    }
  }

  private isOwn({ bytes, start, end }: EncodedRows, view: DataView, row: number, id: number): boolean {
    const begin = start[row]
    if (this.shape.framing === 'none') return true
    return end[row] - begin >= 5 && bytes[begin] === 0 && view.getInt32(begin + 1) === id
  }
}

interface Compiled<F> {
  readonly run: F
  readonly reasons: readonly Reason[]
  readonly constants: Constants
}

function compile<F>({ source, reasons, constants }: DecodeSource): Compiled<F> {
  return { run: compiledFunction(source) as F, reasons, constants }
}

const encoder = new TextEncoder()

/** Stores a decimal as text, where the column is wanted; false if it is none. */
function putDecimal(
  column: AvroColumn | null,
  row: number,
  bytes: Uint8Array,
  from: number,
  to: number,
  precision: number,
  scale: number,
): boolean {
  const text = decimalText(bytes, from, to, precision, scale)
  if (text === null) return false
  if (column === null) return true
  column.start[row] = column.keepAside(encoder.encode(text))
  column.end[row] = column.start[row] - text.length
  return true
}
