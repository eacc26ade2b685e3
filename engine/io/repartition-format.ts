import type { Fields, Schema } from '../batch/schema.ts'
import { double, int, makeSchema } from '../batch/schema.ts'

/*
 * The internal topic between two stages. A row is written in Avro with two more columns: the task that it
 * comes from, and the watermark that it is judged against there. A record without a value tells how far a
 * task has come: its key is the task's partition and the watermark, Infinity while the task is idle.
 */
const ORIGIN = '__origin'
const WATERMARK = '__watermark'

/** The schema of the rows in the internal topic. */
export function carriedSchema(schema: Schema): Schema {
  const fields: Fields = { ...schema.fields, [ORIGIN]: int(), [WATERMARK]: double() }
  return makeSchema('Carried', fields)
}

export function progressKey(origin: number, watermark: number): Uint8Array {
  const key = new Uint8Array(12)
  const view = new DataView(key.buffer)
  view.setInt32(0, origin)
  view.setFloat64(4, watermark)
  return key
}

export function readProgress(bytes: Uint8Array, at: number): { origin: number; watermark: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 12)
  return { origin: view.getInt32(0), watermark: view.getFloat64(4) }
}
