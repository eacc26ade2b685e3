import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { OnnxModels } from '../../connectors/onnx/home.ts'
import { exportEase, writeModelFolder } from '../../connectors/onnx/write/index.ts'
import { VectorColumn } from '../../engine/batch/columns.ts'
import { vector } from '../../engine/batch/schema.ts'
import { model } from '../../engine/models/model.ts'
import { newOutputs } from '../../engine/models/output-columns.ts'

test('onnxruntime 1.30 ends the process when TopK is given no rows: it is not asked', async t => {
  const dir = mkdtempSync(path.join(tmpdir(), 'headrace-no-rows-'))
  t.after(() => rmSync(dir, { recursive: true }))
  await writeModelFolder(dir, {
    name: 'recommendations',
    export: exportEase({ items: 3, weights: new Float32Array(9), recent: 2, top: 2 }),
    columns: { inputs: { recent: 'recent' } },
  })
  const outputs = { items: vector(2), scores: vector(2) }
  const loaded = await new OnnxModels({ dir }).load(
    model('recommendations', { inputs: { recent: vector(2) }, outputs }),
    1,
  )
  await loaded.score([new VectorColumn(new Float32Array(0), 2)], newOutputs(outputs, 0), 0, 0)
  await loaded.close()
  assert.equal(loaded.version, 1)
})
