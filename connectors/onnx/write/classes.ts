import type { Graph } from './graph.ts'
import type { Value } from './graph-builder.ts'

/** The outputs of a classifier: one column of probabilities is that of class 1 of two. */
export function probabilityOutputs(graph: Graph, probabilities: Value<'float32'>): void {
  if (probabilities.shape[1] !== 1) {
    graph.output('probabilities', probabilities, 'of each class')
    graph.output('label', graph.argMax(probabilities), 'the most probable class')
    return
  }
  const isOne = graph.atLeast(probabilities, graph.constant('float32', [0.5], [1, 1]))
  graph.output('probability', probabilities, 'of class 1')
  graph.output('label', graph.cast(isOne, 'int64'), '1 from a probability of 0.5, or 0')
}
