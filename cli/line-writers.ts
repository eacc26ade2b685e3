import { BatchArena } from '../engine/batch/arena.ts'
import { Batch } from '../engine/batch/batch.ts'
import type { Column } from '../engine/batch/columns.ts'
import { Tick } from '../engine/batch/tick.ts'
import { readRows } from '../engine/batch/values.ts'
import { jsonDecoder } from '../engine/codec/json/decode.ts'
import { partitionOf } from '../engine/codec/murmur2.ts'
import { RecordBatchBuilder } from '../engine/codec/record/write.ts'
import type { ErrorCode } from '../engine/error-codes.ts'
import { HeadraceError, messageOf } from '../engine/errors.ts'
import { RowWriter } from '../engine/io/row-writer.ts'
import type { SourceSpec, TopicSpec } from '../engine/topic.ts'
import type { InputLine } from './input-lines.ts'
import type { Appender } from './place/place.ts'

/** Takes lines of JSON to a topic. */
export type LineWriter = (lines: readonly InputLine[]) => void | Promise<void>

/** The lines as they are, with the time of day, and a field as key. */
export function plainWriter(appender: Appender, keyField: string | undefined, now: () => number): LineWriter {
  const { partitions } = appender
  return async lines => {
    const builders = Array.from({ length: partitions }, () => new RecordBatchBuilder())
    const time = now()
    for (const line of lines) {
      const key = keyOf(line, keyField)
      const partition =
        key === null ? (line.number - 1) % partitions : partitionOf(key, 0, key.length, partitions)
      builders[partition].append(time, key, Buffer.from(line.text))
    }
    for (const [partition, builder] of builders.entries()) {
      if (builder.count > 0) await appender.append(partition, builder.build())
    }
  }
}

function keyOf({ number, text }: InputLine, keyField: string | undefined): Uint8Array | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw lineError(number, 'HR_RECORD_UNDECODABLE', messageOf(error))
  }
  if (keyField === undefined) return null
  const key = (value as Record<string, unknown> | null)?.[keyField]
  if (key === undefined || key === null)
    throw lineError(number, 'HR_RECORD_MISMATCH', `it has no field "${keyField}"`)
  return Buffer.from(typeof key === 'string' ? key : JSON.stringify(key))
}

/** The lines as rows of a topic's schema, in its format, with its key and event time. */
export function typedWriter(
  appender: Appender,
  spec: TopicSpec & Partial<Pick<SourceSpec, 'time'>>,
  now: () => number,
): LineWriter {
  const { time = null } = spec
  const append = (_: string, partition: number, batch: Uint8Array) => appender.append(partition, batch)
  const writer = new RowWriter(spec, time, appender.partitions, { append })
  const decode = rowsOfLines(spec)
  return lines => {
    writer.write(decode(lines), time === null ? lines.map(now) : undefined)
    return writer.flush()
  }
}

function rowsOfLines({ schema }: TopicSpec): (lines: readonly InputLine[]) => unknown[] {
  const decoder = jsonDecoder(schema)
  const wanted = schema.names.map(() => true)
  const arena = new BatchArena()
  return lines => {
    const bytes = Buffer.from(lines.map(({ text }) => text).join('\n'))
    const start = new Int32Array(lines.length)
    const end = new Int32Array(lines.length)
    let at = 0
    lines.forEach(({ text }, row) => {
      start[row] = at
      end[row] = at + Buffer.byteLength(text)
      at = end[row] + 1
    })
    const bad = {
      add: (row: number, code: ErrorCode, message: string) => {
        throw lineError(lines[row].number, code, message)
      },
    }
    const columns = decoder.decode({ bytes, start, end, rows: lines.length }, wanted, arena, bad)
    const source = { column: (index: number) => columns[index] as Column }
    const rows = readRows(new Batch(schema, new Tick(arena, 0, Number.NaN), lines.length, null, source))
    arena.reset()
    return rows
  }
}

function lineError(line: number, code: ErrorCode, message: string): HeadraceError {
  return new HeadraceError(code, `line ${line} of the input: ${message}`)
}
