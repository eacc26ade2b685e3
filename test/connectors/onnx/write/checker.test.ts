import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { seed } from '../../../support/property.ts'
import { randomFrom } from '../../../support/random.ts'
import type { Judgement } from '../../../support/services/onnx-checker.ts'
import { checkModels } from '../../../support/services/onnx-checker.ts'
import { denseCases } from './cases/dense-cases.ts'
import { recommendingCases } from './cases/recommending-cases.ts'
import { treeCases } from './cases/tree-cases.ts'

const modelsOfEach = 2

describe(`the checker of ONNX takes every model (HEADRACE_SEED=${seed})`, () => {
  const random = randomFrom(seed)
  const models = Array.from({ length: modelsOfEach }, () => [
    ...denseCases(random),
    ...treeCases(random),
    ...recommendingCases(random),
  ]).flat()
  let judgements: Judgement[] = []
  before(async () => {
    judgements = await checkModels(models.map(({ model }) => model.bytes))
  })

  for (const name of new Set(models.map(model => model.name))) {
    test(name, () => {
      for (const [index, { model }] of models.entries()) {
        if (models[index]!.name !== name) continue
        const judgement = judgements[index]!
        assert.ok('shapes' in judgement, JSON.stringify(judgement))
        for (const { tensor, shape } of model.outputs) {
          // It does not say what trees give.
          assert.deepEqual(judgement.shapes[tensor] ?? shape, shape, tensor)
        }
      }
    })
  }
})

test('the checker does not take just anything', async () => {
  const [judgement] = await checkModels([Uint8Array.of(8, 8)])
  assert.ok('wrong' in judgement!, JSON.stringify(judgement))
})
