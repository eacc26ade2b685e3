import type { Column } from '../../batch/columns.ts'
import type { Schema } from '../../batch/schema.ts'
import type { ByteBuffer, RowEncoder } from '../codec.ts'
import type { RecordWriter } from './writer-source.ts'
import { recordWriter } from './writer-source.ts'

/**
 * Columns to JSON objects: the text that JSON.stringify gives of the row, fields in the schema's order.
 * Bytes are written as base64, bigints as digits, decimals as strings. NaN and infinities fail.
 */
export function jsonEncoder(schema: Schema): RowEncoder {
  return new JsonEncoder(schema)
}

class JsonEncoder implements RowEncoder {
  private readonly write: RecordWriter

  constructor(schema: Schema) {
    this.write = recordWriter(schema)
  }

  encode(
    columns: readonly Column[],
    rows: number,
    out: ByteBuffer,
    start: Int32Array,
    end: Int32Array,
  ): void {
    const before = out.length
    try {
      this.write(columns, rows, out, start, end)
    } catch (error) {
      out.length = before
      throw error
    }
  }
}
