import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { EaseParameters, IsolationTree } from '../../../../connectors/onnx/write/index.ts'
import {
  exportAutoencoder,
  exportEase,
  exportIsolationForest,
  exportKMeans,
  exportLinearRegression,
  exportLogisticRegression,
  exportMatrixFactorisation,
  exportMlp,
  exportScaler,
  exportTreeClassifier,
  exportTreeRegressor,
} from '../../../../connectors/onnx/write/index.ts'

const stump = { feature: [0, -1, -1], threshold: [0.5, 0, 0], left: [1, 0, 0], right: [2, 0, 0] }
const valued = { ...stump, value: [0, 1, 2] }
const layer = { weights: [1, 2], bias: [0] }

const ease = (change: Partial<EaseParameters>) =>
  exportEase({ items: 2, weights: [0, 1, 1, 0], recent: 2, top: 1, ...change })
const forest = (change: Partial<IsolationTree>, sampleSize = 8) =>
  exportIsolationForest({ features: 1, sampleSize, trees: [{ ...stump, pathLength: [0, 1, 2], ...change }] })
const factorisation = { factors: 1, items: 2, itemFactors: [1, 2], top: 1 }

/** What is wrong, how it is tried, and what the message names. */
const wrong: Record<string, [() => unknown, string]> = {
  'a mean that is none': [() => exportScaler({ mean: [Number.NaN], scale: [1] }), 'mean[0] is NaN'],
  'a scale of nothing': [() => exportScaler({ mean: [0, 0], scale: [1, 1e-60] }), 'scale[1] is 0'],
  'a scale for each feature but one': [
    () => exportScaler({ mean: [0, 0], scale: [1] }),
    'scale has 1 numbers',
  ],
  'no features': [() => exportScaler({ mean: [], scale: [] }), 'features is 0'],
  'a coefficient too large for 32 bits': [
    () => exportLinearRegression({ coefficients: [1, 1e39], intercept: 0 }),
    'coefficients[1] is 1e+39',
  ],
  'no intercept': [
    () => exportLinearRegression({ coefficients: [1], intercept: Number.NaN }),
    'intercept is NaN',
  ],
  'ragged coefficients': [
    () => exportLogisticRegression({ features: 2, coefficients: [1, 2, 3], intercepts: [0, 0] }),
    'coefficients has 3 numbers, not 4',
  ],
  'no classes': [
    () => exportLogisticRegression({ features: 1, coefficients: [1], intercepts: [] }),
    'intercepts is 0',
  ],
  'ragged centres': [() => exportKMeans({ features: 2, centres: [1, 2, 3] }), 'number of centres is 1.5'],
  'no centres': [() => exportKMeans({ features: 2, centres: [] }), 'number of centres is 0'],
  'no layers': [() => exportMlp({ features: 2, layers: [] }), 'no layers'],
  'layers that do not fit each other': [
    () => exportMlp({ features: 2, layers: [layer, layer] }),
    'layers[1].weights has 2 numbers, not 1',
  ],
  'an activation that there is none of': [
    () => exportMlp({ features: 2, layers: [{ ...layer, activation: 'swish' as 'relu' }] }),
    'layers[0].activation is swish; allowed: none, relu',
  ],
  'an autoencoder that gives something else': [
    () => exportAutoencoder({ features: 2, layers: [layer] }),
    'gives 1 numbers, not the 2 features',
  ],
  'no trees': [() => exportIsolationForest({ features: 1, sampleSize: 8, trees: [] }), 'no trees'],
  'a tree without nodes': [() => forest({ feature: [] }), 'trees[0] has no nodes'],
  'a feature out of range': [() => forest({ feature: [1, -1, -1] }), 'trees[0].feature[0] is 1'],
  'a child out of range': [() => forest({ right: [3, 0, 0] }), 'trees[0].right[0] is 3'],
  'a tree in a ring': [() => forest({ left: [0, 0, 0] }), 'trees[0].left[0] is 0'],
  'one child twice': [() => forest({ right: [1, 0, 0] }), '1 is a child already'],
  'a node that is nowhere': [
    () => forest({ feature: [0, -1, -1, -1], pathLength: [0, 1, 2, 3] }),
    'node 3 is the child of none',
  ],
  'a list that is too short': [() => forest({ right: [] }), 'trees[0].right[0] is undefined'],
  'a threshold that is none': [() => forest({ threshold: [Number.NaN, 0, 0] }), 'threshold[0] is NaN'],
  'a leaf that gives nothing': [
    () => forest({ pathLength: [0, 1] }),
    'node 2 of trees[0] gives is undefined',
  ],
  'a sample too small to compare with': [() => forest({}, 1), 'sampleSize is 1'],
  'trees that are neither': [
    () => exportTreeRegressor({ features: 1, kind: 'bagging' as 'forest', trees: [valued] }),
    'kind is bagging; allowed: boosting, forest',
  ],
  'a split of another kind': [
    () => exportTreeRegressor({ features: 1, kind: 'forest', trees: [valued], split: '>' as '<' }),
    'split is >',
  ],
  'a class that there is none of': [
    () =>
      exportTreeClassifier({ features: 1, classes: 3, kind: 'boosting', trees: [{ ...valued, class: 3 }] }),
    'trees[0].class is 3',
  ],
  'too few values for the classes': [
    () => exportTreeClassifier({ features: 1, classes: 3, kind: 'boosting', trees: [valued] }),
    'gives is undefined',
  ],
  'one class': [
    () => exportTreeClassifier({ features: 1, classes: 1, kind: 'boosting', trees: [valued] }),
    'classes is 1',
  ],
  'a forest with trees for a class': [
    () => exportTreeClassifier({ features: 1, classes: 3, kind: 'forest', trees: [{ ...valued, class: 1 }] }),
    'trees[0].class is for gradient boosting',
  ],
  'a forest with a base': [
    () => exportTreeClassifier({ features: 1, classes: 2, kind: 'forest', trees: [valued], base: [1] }),
    'base is for gradient boosting',
  ],
  'a base of the wrong size': [
    () => exportTreeClassifier({ features: 1, classes: 2, kind: 'boosting', trees: [valued], base: [1, 2] }),
    'base has 2 numbers, not 1',
  ],
  'ragged weights of items': [() => ease({ weights: [0, 1, 1] }), 'weights has 3 numbers, not 4'],
  'more items than there are': [() => ease({ top: 3 }), 'top is 3'],
  'no room for recent items': [() => ease({ recent: 0 }), 'recent is 0'],
  'too many items for a file': [() => ease({ items: 1e6 }), 'items is 1000000'],
  'popularity of other items': [() => ease({ popularity: [1, 2, 3] }), 'popularity has 3 numbers, not 2'],
  'ragged factors': [
    () => exportMatrixFactorisation({ ...factorisation, factors: 2 }),
    'itemFactors has 2 numbers, not 4',
  ],
  'ragged users': [
    () => exportMatrixFactorisation({ ...factorisation, users: { count: 2, factors: [1] } }),
    'users.factors has 1 numbers, not 2',
  ],
  'a bias for other items': [
    () => exportMatrixFactorisation({ ...factorisation, itemBias: [1] }),
    'itemBias has 1 numbers, not 2',
  ],
}

describe('not written', () => {
  for (const [name, [tried, message]] of Object.entries(wrong)) {
    test(name, () => {
      assert.throws(tried, (error: Error & { code?: string }) => {
        assert.equal(error.code, 'HR_MODEL_UNWRITABLE')
        assert.ok(error.message.includes(message), error.message)
        return true
      })
    })
  }
})
