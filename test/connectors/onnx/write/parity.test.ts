import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { seed } from '../../../support/property.ts'
import { randomFrom } from '../../../support/random.ts'
import { RunningModel } from '../../../support/run-model.ts'
import { denseCases } from './cases/dense-cases.ts'
import type { ModelCase, Tensors } from './cases/model-case.ts'
import { recommendingCases } from './cases/recommending-cases.ts'
import { treeCases } from './cases/tree-cases.ts'

const modelsOfEach = 10
const rowCounts = [0, 1, 33]
/** onnxruntime 1.30 takes the process down with it when TopK has no rows: nobody may ask it for none. */
const rowCountsOfTopK = [1, 33]
const tolerance = 1e-5

describe(`models say what they should (HEADRACE_SEED=${seed})`, () => {
  const random = randomFrom(seed)
  const cases = Array.from({ length: modelsOfEach }, () => [
    ...denseCases(random),
    ...treeCases(random),
    ...recommendingCases(random),
  ])
  for (const name of new Set(cases.flat().map(model => model.name))) {
    test(name, async () => {
      for (const model of cases.flat().filter(other => other.name === name)) await assertModel(model)
    })
  }
})

async function assertModel(model: ModelCase): Promise<void> {
  const running = await RunningModel.start(model.model)
  const hasTopK = model.model.outputs.some(({ tensor }) => tensor === 'items')
  for (const rows of hasTopK ? rowCountsOfTopK : rowCounts) {
    const inputs = model.inputs(rows)
    const outputs = await running.run(inputs, rows)
    for (let row = 0; row < rows; row++) assertRow(model, inputs, outputs, row, rows)
  }
  await running.end()
}

function assertRow(model: ModelCase, inputs: Tensors, outputs: Tensors, row: number, rows: number): void {
  const expected = model.expected(inputs, row)
  assert.deepEqual(Object.keys(outputs).toSorted(), Object.keys(expected).toSorted())
  for (const [tensor, answer] of Object.entries(expected)) {
    const values = [answer].flat()
    const columns = outputs[tensor]!.length / rows
    const given = Array.from(outputs[tensor]!.subarray(row * columns, (row + 1) * columns), Number)
    assert.equal(given.length, values.length, tensor)
    const isNear = values.every(
      (value, at) => Math.abs(given[at]! - value) <= tolerance * (1 + Math.abs(value)),
    )
    assert.ok(isNear, `${tensor} of row ${row} of ${rows}: ${given}, not ${values}`)
  }
}
