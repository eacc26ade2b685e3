import type { BatchArena } from '../../batch/arena.ts'
import type { Column } from '../../batch/columns.ts'
import type { Schema } from '../../batch/schema.ts'
import type { HeadraceError } from '../../errors.ts'
import { isHeadraceError } from '../../errors.ts'
import { limits } from '../../limits.ts'
import type { WriterSchema } from '../../schema-registry.ts'
import type { BadRecords, EncodedRows, RowDecoder } from '../codec.ts'
import { dataViewOf } from '../data-view.ts'
import { AvroColumn, ColumnLevel } from './columns.ts'
import { AvroProgram } from './program.ts'
import { resolveAvro } from './resolve.ts'
import { avroSchema } from './schema.ts'
import type { AvroSchema } from './type.ts'

export interface AvroDecoderOptions {
  /** The schema that the records are written with; the reader's own if absent. */
  readonly writer?: AvroSchema
  /** `confluent`: each record starts with a zero byte and the id of its writer's schema. */
  readonly framing?: 'none' | 'confluent'
  /** The writer's schema for an id, undefined for an unknown one. Without it every id stands for `writer`. */
  readonly writerById?: (id: number) => WriterSchema | undefined
}

export function avroDecoder(reader: Schema, options: AvroDecoderOptions = {}): RowDecoder {
  const { writer, framing = 'none', writerById } = options
  if (framing === 'confluent' && writerById !== undefined)
    return new FramedDecoder(reader, programsById(reader, writerById))
  const program = new AvroProgram(resolveAvro(writer ?? avroSchema(reader), reader), reader, framing)
  return framing === 'none' ? new PlainDecoder(reader, program) : new FramedDecoder(reader, () => program)
}

type ProgramById = (id: number) => AvroProgram | HeadraceError | undefined

/** Each schema is resolved once. One that cannot be makes its records bad, not the stream. */
function programsById(reader: Schema, writerById: (id: number) => WriterSchema | undefined): ProgramById {
  const known = new Map<number, AvroProgram | HeadraceError>()
  return id => {
    const before = known.get(id)
    if (before !== undefined) return before
    const writer = writerById(id)
    if (writer === undefined) return undefined
    const made = isHeadraceError(writer)
      ? writer
      : attempt(() => new AvroProgram(resolveAvro(writer, reader), reader, 'confluent'))
    if (known.size >= limits.writerSchemas) known.clear()
    known.set(id, made)
    return made
  }
}

function attempt(make: () => AvroProgram): AvroProgram | HeadraceError {
  try {
    return make()
  } catch (error) {
    if (isHeadraceError(error)) return error
    throw error
  }
}

function levelFor(reader: Schema, wanted: readonly boolean[], rows: number, arena: BatchArena): ColumnLevel {
  const fields = Object.values(reader.fields)
  return new ColumnLevel(
    rows,
    fields.map((field, k) => (wanted[k] ? new AvroColumn(field, rows, arena) : null)),
  )
}

class PlainDecoder implements RowDecoder {
  private readonly reader: Schema
  private readonly program: AvroProgram

  constructor(reader: Schema, program: AvroProgram) {
    this.reader = reader
    this.program = program
  }

  decode(
    input: EncodedRows,
    wanted: readonly boolean[],
    arena: BatchArena,
    bad: BadRecords,
  ): (Column | null)[] {
    const level = levelFor(this.reader, wanted, input.rows, arena)
    this.program.variant(wanted).run(input, 0, 0, level, bad)
    return level.finish(input.bytes, input.rows)
  }
}

class FramedDecoder implements RowDecoder {
  private readonly reader: Schema
  private readonly programOf: ProgramById

  constructor(reader: Schema, programOf: ProgramById) {
    this.reader = reader
    this.programOf = programOf
  }

  decode(
    input: EncodedRows,
    wanted: readonly boolean[],
    arena: BatchArena,
    bad: BadRecords,
  ): (Column | null)[] {
    const { bytes, start, rows } = input
    const view = dataViewOf(bytes)
    const level = levelFor(this.reader, wanted, rows, arena)
    let row = 0
    while (row < rows) {
      if (start[row] < 0) row++
      else if (!isFramed(input, row)) {
        bad.add(
          row++,
          'HR_RECORD_UNDECODABLE',
          'the record does not start with a zero byte and the id of a schema',
        )
      } else {
        const id = view.getInt32(start[row] + 1)
        const program = this.programOf(id)
        if (program instanceof AvroProgram) row = program.variant(wanted).run(input, row, id, level, bad)
        else if (program === undefined) bad.add(row++, 'HR_SCHEMA_UNKNOWN', `there is no schema of id ${id}`)
        else bad.add(row++, program.code, `schema ${id}: ${program.message}`)
      }
    }
    return level.finish(bytes, rows)
  }
}

/** Whether a value begins as Confluent's framing wants it. */
export function isFramed({ bytes, start, end }: EncodedRows, row: number): boolean {
  return end[row] - start[row] >= 5 && bytes[start[row]] === 0
}
