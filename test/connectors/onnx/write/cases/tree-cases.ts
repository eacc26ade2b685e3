import type { Split, TreeNodes } from '../../../../../connectors/onnx/write/index.ts'
import {
  exportIsolationForest,
  exportTreeClassifier,
  exportTreeRegressor,
} from '../../../../../connectors/onnx/write/index.ts'
import type { ModelCase, Random, Tensors } from './model-case.ts'
import { argMax, eighths, rowOf, sigmoid, softmax, whole } from './model-case.ts'

/** Features and thresholds are eighths, so that a value often equals its threshold. */
export function treeCases(random: Random): ModelCase[] {
  const classes = whole(random, 3, 5)
  return [
    isolationForest(random),
    regressor(random, 'boosting'),
    regressor(random, 'forest'),
    boostedClasses(random, 2),
    boostedClasses(random, classes),
    forestClasses(random, 2),
    forestClasses(random, classes),
  ]
}

interface Forest {
  readonly features: number
  readonly split: Split
  readonly trees: readonly TreeNodes[]
  inputs(rows: number): Tensors
  /** The leaf where a row ends in a tree. */
  leaf(tree: TreeNodes, inputs: Tensors, row: number): number
}

function forest(random: Random, count: number): Forest {
  const features = whole(random, 1, 4)
  const split = random() < 0.5 ? '<=' : '<'
  return {
    features,
    split,
    trees: Array.from({ length: count }, () => grow(random, features)),
    inputs: rows => ({
      features: eighths(random, rows * features).map(value => (random() < 0.05 ? Number.NaN : value)),
    }),
    leaf(tree, inputs, row) {
      const x = rowOf(inputs.features!, row, features)
      let node = 0
      for (let feature = tree.feature[0]!; feature !== -1; feature = tree.feature[node]!) {
        const threshold = tree.threshold[node]!
        const isLeft = split === '<=' ? x[feature]! <= threshold : x[feature]! < threshold
        node = isLeft ? tree.left[node]! : tree.right[node]!
      }
      return node
    },
  }
}

/** Leaves are split again and again at random; a tree may well be a single leaf. */
function grow(random: Random, features: number): TreeNodes {
  const tree = { feature: [-1], threshold: [0], left: [0], right: [0] }
  for (let splits = whole(random, 0, 12); splits > 0; splits--) {
    const leaves = tree.feature.flatMap((feature, node) => (feature === -1 ? node : []))
    const node = leaves[whole(random, 0, leaves.length - 1)]!
    tree.feature[node] = whole(random, 0, features - 1)
    tree.threshold[node] = eighths(random, 1)[0]!
    tree.left[node] = tree.feature.length
    tree.right[node] = tree.feature.length + 1
    for (const list of Object.values(tree)) list.push(0, 0)
    tree.feature.splice(-2, 2, -1, -1)
  }
  return tree
}

function isolationForest(random: Random): ModelCase {
  const { features, split, trees, inputs, leaf } = forest(random, whole(random, 1, 20))
  const grown = trees.map(tree => ({
    ...tree,
    pathLength: Array.from({ length: tree.feature.length }, () => 1 + random() * 10),
  }))
  const sampleSize = whole(random, 3, 300)
  const harmonic = Math.log(sampleSize - 1) + 0.5772156649
  const expectedPath = 2 * harmonic - (2 * (sampleSize - 1)) / sampleSize
  return {
    name: 'isolation forest',
    model: exportIsolationForest({ features, split, trees: grown, sampleSize }),
    inputs,
    expected(given, row) {
      const paths = grown.map(tree => tree.pathLength[leaf(tree, given, row)]!)
      const mean = paths.reduce((sum, path) => sum + path, 0) / paths.length
      return { score: 2 ** (-mean / expectedPath) }
    },
  }
}

function regressor(random: Random, kind: 'boosting' | 'forest'): ModelCase {
  const { features, split, trees, inputs, leaf } = forest(random, whole(random, 1, 20))
  const grown = trees.map(tree => ({ ...tree, value: eighths(random, tree.feature.length) }))
  const base = random()
  return {
    name: `tree regressor, ${kind}`,
    model: exportTreeRegressor({ features, split, kind, trees: grown, base }),
    inputs,
    expected(given, row) {
      const sum = grown.reduce((total, tree) => total + tree.value[leaf(tree, given, row)]!, 0)
      return { prediction: (kind === 'boosting' ? sum : sum / grown.length) + base }
    },
  }
}

function boostedClasses(random: Random, classes: number): ModelCase {
  const targets = classes === 2 ? 1 : classes
  const { features, split, trees, inputs, leaf } = forest(random, targets * whole(random, 1, 5))
  const grown = trees.map((tree, index) => ({
    ...tree,
    value: eighths(random, tree.feature.length),
    ...(targets > 1 && { class: index % classes }),
  }))
  const base = eighths(random, targets)
  return {
    name: `tree classifier, boosting, ${classes === 2 ? 'two' : 'more'} classes`,
    model: exportTreeClassifier({ features, classes, split, kind: 'boosting', trees: grown, base }),
    inputs,
    expected(given, row) {
      const scores = [...base]
      for (const [index, tree] of grown.entries()) {
        scores[index % targets]! += tree.value[leaf(tree, given, row)]!
      }
      if (targets === 1) return { probability: sigmoid(scores[0]!), label: scores[0]! >= 0 ? 1 : 0 }
      return { probabilities: softmax(scores), label: argMax(scores) }
    },
  }
}

function forestClasses(random: Random, classes: number): ModelCase {
  const targets = classes === 2 ? 1 : classes
  // A power of two, so that the mean of eighths is exact.
  const { features, split, trees, inputs, leaf } = forest(random, 2 ** whole(random, 0, 4))
  const grown = trees.map(tree => ({
    ...tree,
    value: eighths(random, tree.feature.length * targets).map(Math.abs),
  }))
  return {
    name: `tree classifier, forest, ${classes === 2 ? 'two' : 'more'} classes`,
    model: exportTreeClassifier({ features, classes, split, kind: 'forest', trees: grown }),
    inputs,
    expected(given, row) {
      const probabilities = Array.from({ length: targets }, () => 0)
      for (const tree of grown) {
        const values = rowOf(tree.value, leaf(tree, given, row), targets)
        for (const [target, value] of values.entries()) probabilities[target]! += value / grown.length
      }
      if (targets > 1) return { probabilities, label: argMax(probabilities) }
      return { probability: probabilities[0]!, label: probabilities[0]! >= 0.5 ? 1 : 0 }
    },
  }
}
