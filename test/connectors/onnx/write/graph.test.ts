import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Graph } from '../../../../connectors/onnx/write/index.ts'
import { RunningModel } from '../../../support/run-model.ts'

const unwritable = { code: 'HR_MODEL_UNWRITABLE' }

test('a model of one’s own, from values and nodes', async () => {
  const graph = new Graph('own')
  const x = graph.input('x', 'float32', ['rows', 2], 'two numbers')
  const half = graph.constant('float32', [0.5], [1])
  const larger = graph.rowMaximum(graph.abs(x))
  graph.output('y', graph.maximum(larger, half), 'the larger one, at least a half')
  const model = graph.finish()
  assert.deepEqual(model.inputs, [
    { tensor: 'x', type: 'float32', shape: ['rows', 2], description: 'two numbers' },
  ])
  assert.deepEqual(model.outputs, [
    { tensor: 'y', type: 'float32', shape: ['rows', 1], description: 'the larger one, at least a half' },
  ])
  const running = await RunningModel.start(model)
  const { y } = await running.run({ x: Float32Array.of(1, -3, 0.25, 0) }, 2)
  await running.end()
  assert.deepEqual(y, Float32Array.of(3, 0.5))
})

test('values of unequal type do not compile', () => {
  const graph = new Graph('types')
  const x = graph.input('x', 'float32', ['rows', 2], '')
  const i = graph.input('i', 'int64', ['rows', 2], '')
  // @ts-expect-error indexes are no numbers to add
  graph.add(x, i)
  // @ts-expect-error a condition is of truth values
  graph.where(x, x, x)
  // @ts-expect-error both are of one type
  graph.less(x, i)
})

test('shapes that do not fit are said at once', () => {
  const graph = new Graph('shapes')
  const x = graph.input('x', 'float32', ['rows', 2], '')
  const three = graph.constant('float32', [1, 2, 3], [3])
  assert.throws(() => graph.add(x, three), { ...unwritable, message: /Add takes no \[rows,2\] with \[3\]/ })
  assert.throws(() => graph.gemm(x, graph.constant('float32', [1, 2, 3], [3, 1]), three), unwritable)
  assert.throws(() => graph.constant('float32', [1, 2, 3], [2, 2]), {
    message: /\[2,2\] takes 4 values, not 3/,
  })
})

test('values of another graph are refused', () => {
  const [graph, other] = [new Graph('one'), new Graph('other')]
  const x = other.input('x', 'float32', ['rows', 2], '')
  assert.throws(() => graph.relu(x), unwritable)
  assert.throws(() => graph.output('y', other.relu(x), ''), unwritable)
})

test('outputs are results of nodes, each with one name of its own', () => {
  const graph = new Graph('outputs')
  const x = graph.input('x', 'float32', ['rows', 2], '')
  const y = graph.relu(x)
  graph.output('y', y, '')
  assert.throws(() => graph.output('z', x, ''), unwritable)
  assert.throws(() => graph.output('z', y, ''), unwritable)
  assert.throws(() => graph.output('y', graph.relu(x), ''), unwritable)
  assert.throws(() => graph.output('Relu/0/0', graph.relu(x), ''), unwritable)
  assert.throws(() => graph.input('x', 'float32', ['rows'], ''), unwritable)
})
