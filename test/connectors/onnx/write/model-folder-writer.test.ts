import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { OnnxModels } from '../../../../connectors/onnx/home.ts'
import type { ModelVersion } from '../../../../connectors/onnx/write/index.ts'
import {
  exportEase,
  exportLinearRegression,
  writeModelFolder,
} from '../../../../connectors/onnx/write/index.ts'
import { double, vector } from '../../../../engine/batch/schema.ts'
import { model } from '../../../../engine/models/model.ts'

const directory = mkdtempSync(path.join(tmpdir(), 'headrace-model-folder-'))
after(() => rmSync(directory, { recursive: true }))

const price: ModelVersion = {
  name: 'price',
  description: 'a price',
  export: exportLinearRegression({ coefficients: [2, -1], intercept: 0.5 }),
  columns: { inputs: { features: ['size', 'age'] }, outputs: { prediction: 'price' } },
  parity: { inputs: { size: [1, 2, 0], age: [0, 1, 4] }, outputs: { price: [2.5, 3.5, -3.5] } },
  metrics: { rmse: 0.1 },
  data: { rows: 3, fingerprint: 'abc' },
  parameters: { seed: 7 },
}

const priceModel = model('price', { inputs: { size: double(), age: double() }, outputs: { price: double() } })

/** A models directory of the test's own. */
function models(): string {
  return mkdtempSync(path.join(directory, 'models-'))
}

test('a version is a folder with the model and what is known of it', async () => {
  const dir = models()
  const written = await writeModelFolder(dir, price)
  assert.deepEqual(written, { version: 1, directory: path.join(dir, 'price', '1') })
  assert.deepEqual(readdirSync(path.join(dir, 'price')), ['1'])
  assert.deepEqual(readdirSync(written.directory).toSorted(), ['model.json', 'model.onnx'])
  const bytes = readFileSync(path.join(written.directory, 'model.onnx'))
  assert.deepEqual(bytes, Buffer.from(price.export.bytes))
  const { createdAt, ...card } = JSON.parse(readFileSync(path.join(written.directory, 'model.json'), 'utf8'))
  assert.ok(Math.abs(Date.parse(createdAt) - Date.now()) < 60_000)
  assert.deepEqual(card, {
    format: 1,
    name: 'price',
    version: 1,
    description: 'a price',
    sha256: createHash('sha256').update(bytes).digest('hex'),
    inputs: [{ tensor: 'features', columns: ['size', 'age'] }],
    outputs: [{ column: 'price', tensor: 'prediction' }],
    metrics: { rmse: 0.1 },
    data: { rows: 3, fingerprint: 'abc' },
    parameters: { seed: 7 },
    parity: {
      inputs: { size: [1, 2, 0], age: [0, 1, 4] },
      outputs: { price: [2.5, 3.5, -3.5] },
      tolerance: 1e-5,
    },
  })
})

test('the next version gets the next number, and an old one never changes', async () => {
  const dir = models()
  await writeModelFolder(dir, { ...price, version: 9 })
  assert.equal((await writeModelFolder(dir, price)).version, 10)
  await assert.rejects(writeModelFolder(dir, { ...price, version: 9 }), { code: 'HR_MODEL_EXISTS' })
  assert.deepEqual(readdirSync(path.join(dir, 'price')).toSorted(), ['10', '9'])
})

test('what is written loads, examples and vectors included', async () => {
  const dir = models()
  await writeModelFolder(dir, price)
  await writeModelFolder(dir, {
    name: 'recommendations',
    export: exportEase({ items: 3, weights: [0, 1, 2, 1, 0, 3, 2, 3, 0], recent: 2, top: 2 }),
    columns: { inputs: { recent: 'recent' } },
    parity: { inputs: { recent: [Float32Array.of(0, -1), [1, 2]] } },
  })
  const home = new OnnxModels({ dir })
  await (await home.load(priceModel, 1)).close()
  const recommendations = model('recommendations', {
    inputs: { recent: vector(2) },
    outputs: { items: vector(2), scores: vector(2) },
  })
  await (await home.load(recommendations, 1)).close()
  const { parity } = await home.folder.card('recommendations', 1)
  assert.deepEqual(parity?.outputs, {
    items: [
      [2, 1],
      [0, -1],
    ],
    scores: [
      [2, 1],
      [3, 0],
    ],
  })
  await home.close()
})

test('a vector of one element is a vector', async () => {
  const dir = models()
  const one = exportEase({ items: 2, weights: [0, 1, 1, 0], recent: 1, top: 2 })
  const parity = { inputs: { recent: [[0]] } }
  await writeModelFolder(dir, { name: 'one', export: one, columns: { inputs: { recent: 'recent' } }, parity })
})

test('a model that does not answer as its trainer says is not written', async () => {
  const dir = models()
  const parity = { inputs: { size: [1], age: [1] }, outputs: { price: [1.6] } }
  await assert.rejects(writeModelFolder(dir, { ...price, parity }), { code: 'HR_MODEL_PARITY' })
  assert.deepEqual(readdirSync(dir), [])
  await writeModelFolder(dir, { ...price, parity: { ...parity, tolerance: 0.2 } })
})

const wrong: Record<string, [Partial<ModelVersion>, string]> = {
  'a tensor that the model does not have': [
    { columns: { inputs: { x: ['size', 'age'] } } },
    'HR_MODEL_MISFIT',
  ],
  'too few columns': [{ columns: { inputs: { features: ['size'] } } }, 'HR_MODEL_MISFIT'],
  'no columns for a tensor': [{ columns: { inputs: {} } }, 'HR_CONFIG_INVALID'],
  'an output that the model does not have': [
    { columns: { inputs: { features: ['size', 'age'] }, outputs: { label: 'price' } } },
    'HR_MODEL_MISFIT',
  ],
  'a name that is none': [{ name: '../price' }, 'HR_MODEL_UNKNOWN'],
  'no number of a version': [{ version: 0 }, 'HR_MODEL_CARD'],
  'examples without a column': [{ parity: { inputs: { size: [1] } } }, 'HR_MODEL_UNWRITABLE'],
  'examples with another column': [
    { parity: { inputs: { size: [1], age: [1], x: [1] } } },
    'HR_MODEL_UNWRITABLE',
  ],
  'examples of unequal length': [{ parity: { inputs: { size: [1, 2], age: [1] } } }, 'HR_MODEL_UNWRITABLE'],
  'examples without rows': [{ parity: { inputs: { size: [], age: [] } } }, 'HR_MODEL_UNWRITABLE'],
  'examples that JSON does not know': [
    { parity: { inputs: { size: [Number.NaN], age: [1] } } },
    'HR_MODEL_UNWRITABLE',
  ],
  'examples of another kind': [{ parity: { inputs: { size: ['x'], age: [1] } } }, 'HR_MODEL_CARD'],
  'bytes that are no model': [
    { export: { ...price.export, bytes: Uint8Array.of(1, 2, 3) } },
    'HR_MODEL_RUNTIME',
  ],
}

for (const [name, [change, code]] of Object.entries(wrong)) {
  test(`not written: ${name}`, async () => {
    const dir = models()
    const { parity: _, ...withoutExamples } = price
    const base = 'columns' in change ? withoutExamples : price
    await assert.rejects(writeModelFolder(dir, { ...base, ...change }), { code })
    assert.deepEqual(readdirSync(dir), [])
  })
}

test('a disk that cannot be written to is said', async () => {
  const file = path.join(models(), 'file')
  await writeModelFolder(path.dirname(file), price)
  const inFile = path.join(path.dirname(file), 'price', '1', 'model.onnx')
  await assert.rejects(writeModelFolder(inFile, price), { code: 'HR_MODEL_UNWRITABLE' })
})
