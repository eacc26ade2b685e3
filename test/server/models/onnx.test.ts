import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { OnnxModels } from '../../../connectors/onnx/home.ts'
import { exportLinearRegression, exportMlp, writeModelFolder } from '../../../connectors/onnx/write/index.ts'
import { limits, setLimits } from '../../../engine/limits.ts'
import { OnnxCatalog } from '../../../server/models/onnx-catalog.ts'
import { modelServer, resultsOf } from '../../support/model-server.ts'
import { bearer, problemOf, tokens } from '../../support/test-server.ts'

function modelsDir(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'headrace-models-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

/** A version that multiplies by `factor` and adds 1. */
async function writeLine(dir: string, factor: number): Promise<number> {
  const { version } = await writeModelFolder(dir, {
    name: 'line',
    description: `times ${factor}`,
    export: exportLinearRegression({ coefficients: [factor, 2 * factor], intercept: 1 }),
    columns: { inputs: { features: ['a', 'b'] }, outputs: { prediction: 'y' } },
    metrics: { error: 0 },
  })
  return version
}

const expected = (factor: number, { a, b }: { a: number; b: number }) => factor * a + 2 * factor * b + 1

test('models of a directory are served, and gone over from one version to the next under load', async t => {
  const { modelPollMs } = limits
  setLimits({ modelPollMs: 10 })
  t.after(() => setLimits({ modelPollMs }))
  const dir = modelsDir(t)
  const home = new OnnxModels({ dir })
  await writeLine(dir, 4)
  await writeLine(dir, 8)
  await home.folder.promote('line', 1)
  const server = await modelServer(t, new OnnxCatalog(home), {
    server: { tokens: tokens({ root: ['admin'] }) },
  })
  const seen = new Set<number | null>()
  let asked = 0
  const client = async (first: number) => {
    for (let k = first; !seen.has(2) || asked < 100; k += 4) {
      asked++
      const rows = Array.from({ length: 1 + (k % 5) }, (_, row) => ({ a: k + row, b: row / 2 }))
      const results = await resultsOf(await server.score('line', { rows }, bearer('root')))
      const [{ modelVersion }] = results
      const factor = modelVersion === 1 ? 4 : 8
      assert.deepEqual(
        results,
        rows.map(row => ({ outputs: { y: expected(factor, row) }, modelVersion, fallback: null })),
      )
      seen.add(modelVersion)
    }
  }
  const clients = Array.from({ length: 4 }, (_, k) => client(k))
  while (!seen.has(1)) await new Promise(resolve => setImmediate(resolve))
  const promoted = await server.post('/v1/models/line/serving', { version: 2 }, bearer('root'))
  assert.equal(promoted.status, 204)
  await Promise.all(clients)
  assert.deepEqual([...seen].toSorted(), [1, 2])
  const headers = bearer('root')
  const shown = (await (await fetch(`${server.url}/v1/models/line`, { headers })).json()) as {
    serving: object
    inputs: object
    versions: readonly { version: number; description: string; metrics: object }[]
  }
  assert.deepEqual(shown.serving, { version: 2, shadow: null })
  assert.deepEqual(shown.inputs, {
    a: { kind: 'double', nullable: false },
    b: { kind: 'double', nullable: false },
  })
  assert.deepEqual(
    shown.versions.map(({ version, description, metrics }) => [version, description, metrics]),
    [
      [1, 'times 4', { error: 0 }],
      [2, 'times 8', { error: 0 }],
    ],
  )
})

test('a version that is damaged is refused, and the one before goes on', async t => {
  const dir = modelsDir(t)
  const home = new OnnxModels({ dir })
  await writeLine(dir, 4)
  await writeLine(dir, 8)
  await home.folder.promote('line', 1)
  appendFileSync(home.folder.onnxPath('line', 2), 'x')
  appendFileSync(join(dir, 'line', '2', 'model.json'), 'x')
  const server = await modelServer(t, new OnnxCatalog(home), {
    server: { tokens: tokens({ root: ['admin'] }) },
  })
  const headers = bearer('root')
  const refused = await problemOf(await server.post('/v1/models/line/serving', { version: 2 }, headers))
  assert.deepEqual([refused.status, refused.code], [409, 'HR_MODEL_REFUSED'])
  assert.match(refused.detail, /HR_MODEL_CARD/)
  const { versions } = (await (await fetch(`${server.url}/v1/models/line`, { headers })).json()) as {
    versions: readonly { version: number; fault: string | null }[]
  }
  assert.deepEqual(
    versions.map(({ version, fault }) => [version, fault]),
    [
      [1, null],
      [2, 'HR_MODEL_CARD'],
    ],
  )
  const [result] = await resultsOf(await server.score('line', { rows: [{ a: 1, b: 1 }] }, headers))
  assert.deepEqual([result.outputs, result.modelVersion], [{ y: 13 }, 1])
})

test('vectors go in and out', async t => {
  const dir = modelsDir(t)
  const home = new OnnxModels({ dir })
  await writeModelFolder(dir, {
    name: 'net',
    export: exportMlp({
      features: 3,
      layers: [{ weights: [1, 0, 0, 1, 1, 1], bias: [0, 1], activation: 'relu' }],
    }),
    columns: { inputs: { features: 'point' } },
  })
  await home.folder.promote('net', 1)
  const server = await modelServer(t, new OnnxCatalog(home))
  const results = await resultsOf(await server.score('net', { rows: [{ point: [1, 2, 3] }] }))
  assert.deepEqual(results, [{ outputs: { output: [4, 6] }, modelVersion: 1, fallback: null }])
  assert.equal((await server.score('net', { rows: [{ point: [1, 2] }] })).status, 400)
})
