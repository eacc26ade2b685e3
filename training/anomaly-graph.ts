import type { OnnxExport, Value } from '../connectors/onnx/write/index.ts'
import { Graph, isolationScore } from '../connectors/onnx/write/index.ts'
import type { AnomalyModel } from './anomaly-model.ts'
import type { FieldReference } from './deviations.ts'

type Float = Value<'float32'>

/** The model as ONNX: `features` [N, k] to `score` [N], `severity` [N] and `deviations` [N, k]. */
export function exportAnomaly({ forest, forestLevel, fields, severities }: AnomalyModel): OnnxExport {
  const graph = new Graph('anomaly')
  const row = (values: readonly number[]) => graph.constant('float32', values, [1, values.length])
  const features = graph.input('features', 'float32', ['rows', fields.length], 'a row of features')
  const deviations = graph.divide(
    graph.subtract(measures(graph, features, fields), row(fields.map(({ median }) => median))),
    row(fields.map(({ scale }) => scale)),
  )
  const farthest = rowMaximum(
    graph,
    maximum(
      graph,
      graph.divide(deviations, row(fields.map(({ upper }) => upper))),
      graph.divide(deviations, row(fields.map(({ lower }) => -lower))),
    ),
  )
  const isolation = graph.divide(isolationScore(graph, features, forest), row([forestLevel]))
  const ratio = maximum(graph, farthest, isolation)
  const score = graph.divide(ratio, graph.add(ratio, row([1])))
  const isAbove = graph.less(row(severities.map(({ threshold }) => threshold)), score)
  const severity = graph.reduceSum(graph.cast(isAbove, 'float32'), 1)
  graph.output('score', graph.reduceSum(score, 1), '0 to 1, alarms begin near a half')
  graph.output('severity', graph.cast(severity, 'int64'), '0 for no alarm, 1 low, 4 critical')
  graph.output('deviations', deviations, 'of each field from its median, in robust deviations')
  return graph.finish()
}

/** Each field on its scale. */
function measures(graph: Graph, features: Float, fields: readonly FieldReference[]): Float {
  if (fields.every(({ measure }) => measure === 'plain')) return features
  const below = graph.multiply(features, graph.constant('float32', [-1], [1, 1]))
  const roots = graph.subtract(graph.sqrt(graph.relu(features)), graph.sqrt(graph.relu(below)))
  const isRoot = fields.map(({ measure }) => Number(measure === 'root'))
  return graph.where(graph.constant('bool', isRoot, [1, fields.length]), roots, features)
}

function maximum(graph: Graph, one: Float, other: Float): Float {
  return graph.where(graph.less(one, other), other, one)
}

function rowMaximum(graph: Graph, x: Float): Float {
  const minus = graph.constant('float32', [-1], [1, 1])
  return graph.multiply(graph.rowMinimum(graph.multiply(x, minus)), minus)
}
