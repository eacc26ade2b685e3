import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { PartitionReader } from '../../connectors/log/partition-reader.ts'
import { PartitionWriter } from '../../connectors/log/partition-writer.ts'
import { readBatchHeader } from '../../engine/codec/record/batch.ts'
import { RecordBatchBuilder } from '../../engine/codec/record/write.ts'

// Appends that together passed the writer's buffer were written behind where they belonged.
test('appends that overflow the write buffer land one behind the other', t => {
  const dir = mkdtempSync(path.join(tmpdir(), 'headrace-'))
  t.after(() => rmSync(dir, { recursive: true }))
  const writer = PartitionWriter.open(dir)
  const sizes = [100_000, 200_000, 300_000, 50, 250_000]
  for (const [n, size] of sizes.entries()) {
    const builder = new RecordBatchBuilder()
    builder.append(n, null, new Uint8Array(size).fill(n + 1))
    writer.append(builder.build())
  }
  writer.commit()
  const reader = PartitionReader.open(dir)
  for (const [n, size] of sizes.entries()) {
    const { bytes, baseOffset } = reader.read(n, 1)
    const header = readBatchHeader(bytes, 0)
    assert.equal(baseOffset, n)
    assert.ok(header.complete && header.batchLength > size)
    assert.equal(bytes[header.batchLength - 2], n + 1)
  }
  reader.close()
  writer.close()
})
