import type { Column } from '../../batch/columns.ts'
import type { Schema } from '../../batch/schema.ts'
import { decodeText } from '../../batch/text.ts'
import { HeadraceError } from '../../errors.ts'
import type { ByteBuffer, RowEncoder } from '../codec.ts'
import { decimalBytes } from './decimal.ts'
import { encodeSource } from './encode-source.ts'
import { compiledFunction } from './function.ts'
import { avroSchema } from './schema.ts'

export interface AvroEncoderOptions {
  /** `confluent`: each record starts with a zero byte and `schemaId`. */
  readonly framing?: 'none' | 'confluent'
  readonly schemaId?: number
}

/** What generated encoders call for what is rare or slow. */
export interface EncodeHelp {
  /** Why a number cannot be written as a whole one; always throws. */
  notWhole(path: string, row: number, value: number): never
  unknownCode(path: string, row: number, code: number): never
  decimal(
    path: string,
    bytes: Uint8Array,
    start: number,
    end: number,
    precision: number,
    scale: number,
  ): Uint8Array
}

type Encode = (
  columns: readonly Column[],
  rows: number,
  out: ByteBuffer,
  start: Int32Array,
  end: Int32Array,
  schemaId: number,
  help: EncodeHelp,
) => void

/** An encoder of `avroSchema(schema)`. */
export function avroEncoder(schema: Schema, options: AvroEncoderOptions = {}): RowEncoder {
  const { framing = 'none', schemaId } = options
  if (framing === 'confluent' && schemaId === undefined) {
    throw new HeadraceError('HR_CONFIG_INVALID', 'schemaId: Confluent framing needs the id of the schema')
  }
  // Here rather than when somebody asks for the schema: it says what Avro cannot hold.
  avroSchema(schema)
  const encode = compiledFunction(encodeSource(schema, framing)) as Encode
  return {
    encode: (columns, rows, out, start, end) => encode(columns, rows, out, start, end, schemaId ?? 0, help),
  }
}

const help: EncodeHelp = {
  notWhole(path, row, value) {
    throw new HeadraceError(
      'HR_NUMBER_UNSAFE',
      `${path}: ${value} in row ${row} is no whole number within 2^53`,
    )
  },
  unknownCode(path, row, code) {
    throw new HeadraceError(
      'HR_VALUE_UNENCODABLE',
      `${path}: row ${row} has ${code}, which is no code of the enum`,
    )
  },
  decimal(path, bytes, start, end, precision, scale) {
    const text = decodeText(bytes, start, end)
    const encoded = decimalBytes(text, precision, scale)
    if (encoded !== null) return encoded
    const message = `${path}: ${JSON.stringify(text)} does not fit a decimal of ${precision} digits, ${scale} of them after the point`
    throw new HeadraceError('HR_VALUE_UNENCODABLE', message)
  },
}
