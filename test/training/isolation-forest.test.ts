import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ForestTree } from '../../training/isolation-forest.ts'
import { growForest } from '../../training/isolation-forest.ts'
import { forestScores } from '../../training/isolation-score.ts'
import type { Matrix } from '../../training/matrix.ts'
import { matrixOf, takeRows } from '../../training/matrix.ts'
import { GaussianRows } from '../support/gaussian-rows.ts'

/** c(n) of the paper, with its estimate of the harmonic number. */
function searchLength(rows: number): number {
  if (rows < 3) return rows - 1
  return 2 * (Math.log(rows - 1) + 0.5772156649) - 2 + 2 / rows
}

function pathThrough(tree: ForestTree, row: Float32Array): number {
  let node = 0
  while (tree.feature[node] !== -1) {
    node = row[tree.feature[node]] <= tree.threshold[node] ? tree.left[node] : tree.right[node]
  }
  return tree.pathLength[node]
}

const rowOf = ({ columns, values }: Matrix, row: number) =>
  values.subarray(row * columns, (row + 1) * columns)

describe('isolation forest', () => {
  test('a score is two to minus the mean path over the average one, row by row', () => {
    const rows = new GaussianRows(1, 3)
    const forest = growForest(rows.next(2000), { seed: 4, trees: 20, sampleSize: 64 })
    const data = rows.next(1500)
    const scores = forestScores(forest, data)
    for (let row = 0; row < data.rows; row++) {
      const paths = forest.trees.map(tree => pathThrough(tree, rowOf(data, row)))
      const mean = paths.reduce((sum, path) => sum + path, 0) / paths.length
      assert.ok(Math.abs(scores[row] - 2 ** (-mean / searchLength(64))) < 1e-6, `row ${row}`)
    }
  })

  test('the same seed grows the same forest, another one another', () => {
    const data = new GaussianRows(2, 4).next(1000)
    assert.deepEqual(growForest(data, { seed: 7 }), growForest(data, { seed: 7 }))
    assert.notDeepEqual(growForest(data, { seed: 7 }), growForest(data, { seed: 8 }))
  })

  test('a leaf counts its depth and the steps that its rows would still need', () => {
    const data = new GaussianRows(3, 2).next(256)
    const { trees, depth } = growForest(data, { seed: 1, trees: 10, sampleSize: 256 })
    assert.equal(depth, 8)
    for (const tree of trees) {
      const { rows, deepest } = walk(tree, data, takeAll(256), 0)
      assert.equal(rows, 256)
      assert.ok(deepest <= depth)
    }
  })

  test('a threshold is exact as float32 and parts the rows of its node', () => {
    const near = Float32Array.of(1, 1 + 2 ** -23)
    for (let seed = 0; seed < 50; seed++) {
      const { trees } = growForest(matrixOf([near]), { seed, trees: 5 })
      for (const { feature, threshold } of trees) {
        assert.deepEqual([...feature], [0, -1, -1])
        assert.equal(threshold[0], 1)
      }
    }
  })

  test('rows that are all alike are no problem, and neither is a constant field', () => {
    const same = matrixOf([new Float32Array(100).fill(3), new Float32Array(100).fill(4)])
    const scores = forestScores(growForest(same, { seed: 1 }), same)
    assert.ok(scores.every(score => Math.abs(score - 0.5) < 1e-6))
    const half = matrixOf([new Float32Array(100).fill(3), Float32Array.from({ length: 100 }, (_, k) => k)])
    const { trees } = growForest(half, { seed: 1 })
    assert.ok(trees.every(({ feature }) => !feature.includes(0)))
  })

  test('what is alone in a far corner scores highest', () => {
    const data = new GaussianRows(5, 2).next(1000)
    data.values.set([40, 60], 2 * 17)
    const scores = forestScores(growForest(data, { seed: 3 }), data)
    assert.equal(scores.indexOf(Math.max(...scores)), 17)
  })

  test('one row is too few', () => {
    const one = takeRows(new GaussianRows(1, 2).next(5), Int32Array.of(2))
    assert.throws(() => growForest(one, { seed: 1 }), { code: 'HR_TRAINING_DATA' })
  })
})

function takeAll(count: number): number[] {
  return Array.from({ length: count }, (_, k) => k)
}

/** Sends all rows through the tree, and checks the path length of each leaf that they come to. */
function walk(
  tree: ForestTree,
  data: Matrix,
  rows: number[],
  level: number,
  node = 0,
): { rows: number; deepest: number } {
  const feature = tree.feature[node]
  if (feature === -1) {
    assert.ok(Math.abs(tree.pathLength[node] - level - searchLength(rows.length)) < 1e-5)
    return { rows: rows.length, deepest: level }
  }
  const isLeft = (row: number) => rowOf(data, row)[feature] <= tree.threshold[node]
  const [left, right] = [rows.filter(isLeft), rows.filter(row => !isLeft(row))]
  assert.ok(left.length > 0 && right.length > 0)
  const one = walk(tree, data, left, level + 1, tree.left[node])
  const other = walk(tree, data, right, level + 1, tree.right[node])
  return { rows: one.rows + other.rows, deepest: Math.max(one.deepest, other.deepest) }
}
