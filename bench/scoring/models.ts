import type { OnnxExport } from '../../connectors/onnx/write/index.ts'
import { exportIsolationForest, Graph } from '../../connectors/onnx/write/index.ts'

export const FEATURES = 16
export const featureNames = Array.from({ length: FEATURES }, (_, k) => `f${k}`)

const TREES = 100
const DEPTH = 6

export interface BenchModel {
  readonly name: string
  readonly export: OnnxExport
  /** The tensors that it is given and that it answers with. */
  readonly input: string
  readonly output: string
}

/** Scaler, linear, sigmoid. */
export function dense(random: () => number): BenchModel {
  const graph = new Graph('dense')
  const x = graph.input('features', 'float32', ['rows', FEATURES], 'a row of features')
  const numbers = (length: number) => Array.from({ length }, random)
  const means = graph.constant('float32', numbers(FEATURES), [1, FEATURES])
  const deviations = graph.constant(
    'float32',
    numbers(FEATURES).map(value => value + 0.5),
    [1, FEATURES],
  )
  const weights = graph.constant('float32', numbers(FEATURES), [FEATURES, 1])
  const scaled = graph.divide(graph.subtract(x, means), deviations)
  const score = graph.sigmoid(graph.gemm(scaled, weights, graph.constant('float32', [0.1], [1])))
  graph.output('score', score, 'a probability')
  return { name: 'dense', export: graph.finish(), input: 'features', output: 'score' }
}

/** Full trees that split anywhere, so that no branch can be foreseen. */
export function forest(random: () => number): BenchModel {
  const inner = 2 ** DEPTH - 1
  const nodes = Array.from({ length: 2 * inner + 1 }, (_, node) => node)
  const trees = Array.from({ length: TREES }, () => ({
    feature: nodes.map(node => (node < inner ? Math.floor(random() * FEATURES) : -1)),
    threshold: nodes.map(() => random()),
    left: nodes.map(node => 2 * node + 1),
    right: nodes.map(node => 2 * node + 2),
    pathLength: nodes.map(() => DEPTH + random()),
  }))
  const made = exportIsolationForest({ features: FEATURES, trees, sampleSize: 256 })
  return { name: 'forest', export: made, input: 'features', output: 'score' }
}
