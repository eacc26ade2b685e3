import type { Value } from './graph-builder.ts'
import { GraphBuilder } from './graph-builder.ts'
import type { Attribute, ElementType } from './messages.ts'
import { elementTypes } from './messages.ts'
import { broadcast, product, resized, without } from './shapes.ts'

type Float = Value<'float32'>
type Integer = Value<'int64'>
type Bool = Value<'bool'>

/** A model as a graph of ONNX's operators, of which it has those that the exporters need. */
export class Graph extends GraphBuilder {
  add(left: Float, right: Float): Float {
    return this.#byElement('Add', left, right)
  }

  subtract(left: Float, right: Float): Float {
    return this.#byElement('Sub', left, right)
  }

  multiply(left: Float, right: Float): Float {
    return this.#byElement('Mul', left, right)
  }

  divide(left: Float, right: Float): Float {
    return this.#byElement('Div', left, right)
  }

  relu(x: Float): Float {
    return this.node({ operator: 'Relu', inputs: [x] }, 'float32', x.shape)
  }

  tanh(x: Float): Float {
    return this.node({ operator: 'Tanh', inputs: [x] }, 'float32', x.shape)
  }

  sigmoid(x: Float): Float {
    return this.node({ operator: 'Sigmoid', inputs: [x] }, 'float32', x.shape)
  }

  exp(x: Float): Float {
    return this.node({ operator: 'Exp', inputs: [x] }, 'float32', x.shape)
  }

  sqrt(x: Float): Float {
    return this.node({ operator: 'Sqrt', inputs: [x] }, 'float32', x.shape)
  }

  softmax(x: Float, axis: number): Float {
    const attributes = { axis: { integer: axis } }
    return this.node({ operator: 'Softmax', inputs: [x], attributes }, 'float32', x.shape)
  }

  /** x times weights, plus the bias in each row. */
  gemm(x: Float, weights: Float, bias: Float): Float {
    const shape = broadcast('Gemm', product('Gemm', x.shape, weights.shape), bias.shape)
    return this.node({ operator: 'Gemm', inputs: [x, weights, bias] }, 'float32', shape)
  }

  reduceSum(x: Float, axis: number): Float {
    const axes = this.constant('int64', [axis], [1])
    const attributes = { keepdims: { integer: 0 } }
    return this.node(
      { operator: 'ReduceSum', inputs: [x, axes], attributes },
      'float32',
      without(x.shape, axis),
    )
  }

  /** The least element of each row, in a column. */
  rowMinimum(x: Float): Float {
    const attributes = { axes: { integers: [1] } }
    return this.node({ operator: 'ReduceMin', inputs: [x], attributes }, 'float32', resized(x.shape, 1, 1))
  }

  atLeast(left: Float, right: Float): Bool {
    const shape = broadcast('GreaterOrEqual', left.shape, right.shape)
    return this.node({ operator: 'GreaterOrEqual', inputs: [left, right] }, 'bool', shape)
  }

  less(left: Float, right: Float): Bool {
    const shape = broadcast('Less', left.shape, right.shape)
    return this.node({ operator: 'Less', inputs: [left, right] }, 'bool', shape)
  }

  equal(left: Float, right: Float): Bool {
    const shape = broadcast('Equal', left.shape, right.shape)
    return this.node({ operator: 'Equal', inputs: [left, right] }, 'bool', shape)
  }

  and(left: Bool, right: Bool): Bool {
    const shape = broadcast('And', left.shape, right.shape)
    return this.node({ operator: 'And', inputs: [left, right] }, 'bool', shape)
  }

  where(condition: Bool, yes: Float, no: Float): Float {
    const shape = broadcast('Where', condition.shape, broadcast('Where', yes.shape, no.shape))
    return this.node({ operator: 'Where', inputs: [condition, yes, no] }, 'float32', shape)
  }

  cast<T extends ElementType>(x: Value, type: T): Value<T> {
    const attributes = { to: { integer: elementTypes[type] } }
    return this.node({ operator: 'Cast', inputs: [x], attributes }, type, x.shape)
  }
  /** The rows of a matrix that the indexes name. */
  gather(matrix: Float, indexes: Integer): Float {
    const shape = [...indexes.shape, ...without(matrix.shape, 0)]
    const attributes = { axis: { integer: 0 } }
    return this.node({ operator: 'Gather', inputs: [matrix, indexes], attributes }, 'float32', shape)
  }

  /** The matrix with the elements replaced that the indexes name in each row. */
  scatter(matrix: Float, indexes: Integer, values: Float): Float {
    const attributes = { axis: { integer: 1 } }
    const inputs = [matrix, indexes, values]
    return this.node({ operator: 'ScatterElements', inputs, attributes }, 'float32', matrix.shape)
  }

  /** The matrix with a column of zeros behind it. */
  padColumn(matrix: Float): Float {
    const [rows, columns] = matrix.shape
    const inputs = [matrix, this.constant('int64', [0, 0, 0, 1], [4])]
    return this.node({ operator: 'Pad', inputs }, 'float32', [rows!, Number(columns) + 1])
  }

  /** The value as often as the shape of another one asks for. */
  expand(x: Float, like: Value): Float {
    const shape = this.node({ operator: 'Shape', inputs: [like] }, 'int64', [like.shape.length])
    return this.node({ operator: 'Expand', inputs: [x, shape] }, 'float32', like.shape)
  }

  /** The largest elements of each row in descending order, of equal ones that of the lowest index first. */
  topK(matrix: Float, count: number): { readonly values: Float; readonly indexes: Integer } {
    const shape = resized(matrix.shape, 1, count)
    const values: Float = { type: 'float32', shape }
    const indexes: Integer = { type: 'int64', shape }
    const inputs = [matrix, this.constant('int64', [count], [1])]
    this.nodeWithResults({ operator: 'TopK', inputs }, [values, indexes])
    return { values, indexes }
  }

  /** What the leaves of trees add up to, or are on average, for each target. */
  treeEnsemble(x: Float, targets: number, attributes: Readonly<Record<string, Attribute>>): Float {
    return this.node(
      {
        domain: 'ai.onnx.ml',
        operator: 'TreeEnsembleRegressor',
        inputs: [x],
        attributes: { ...attributes, n_targets: { integer: targets } },
      },
      'float32',
      resized(x.shape, 1, targets),
    )
  }

  #byElement(operator: string, left: Float, right: Float): Float {
    return this.node(
      { operator, inputs: [left, right] },
      'float32',
      broadcast(operator, left.shape, right.shape),
    )
  }
}
