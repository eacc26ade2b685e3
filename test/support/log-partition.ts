import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import type { PartitionReader } from '../../connectors/log/partition-reader.ts'
import { RecordBatchBuilder } from '../../engine/codec/record/write.ts'
import type { ErrorCode } from '../../engine/error-codes.ts'
import { HeadraceError } from '../../engine/errors.ts'

/** A directory that the test's end removes. */
export function temporaryDirectory(): { readonly directory: string; readonly remove: () => void } {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'headrace-'))
  return { directory, remove: () => fs.rmSync(directory, { recursive: true, force: true }) }
}

/** An empty directory of partition 3 of the topic clicks. */
export function partitionFor(t: Pick<TestContext, 'after'>): string {
  const { directory, remove } = temporaryDirectory()
  t.after(remove)
  const partition = path.join(directory, 'clicks', '3')
  fs.mkdirSync(partition, { recursive: true })
  return partition
}

/** A record batch of `rows` records, each with a value of `valueBytes` bytes. */
export function batchOf(rows: number, valueBytes = 10, timestamp = 1000): Uint8Array {
  const builder = new RecordBatchBuilder()
  for (let row = 0; row < rows; row++) builder.append(timestamp, null, Buffer.alloc(valueBytes, row))
  return builder.build()
}

/** Everything published from `from` on, in reads of at most `maxBytes`. */
export function readAll(reader: PartitionReader, from = reader.startOffset(), maxBytes = 1 << 16): Buffer {
  const parts: Uint8Array[] = []
  for (let offset = from; ; ) {
    const { bytes, nextOffset } = reader.read(offset, maxBytes)
    if (bytes.length === 0) return Buffer.concat(parts)
    parts.push(bytes)
    offset = nextOffset
  }
}

/** The coded error that `action` throws. */
export function codedError(action: () => unknown, code: ErrorCode): HeadraceError {
  let thrown: unknown
  assert.throws(action, (error: unknown) => {
    thrown = error
    return true
  })
  assert.ok(thrown instanceof HeadraceError, String(thrown))
  assert.equal(thrown.code, code, thrown.message)
  return thrown
}

export function flipBit(file: string, at: number): void {
  const bytes = fs.readFileSync(file)
  bytes[at] ^= 0x10
  fs.writeFileSync(file, bytes)
}
