import type { Value } from './graph-builder.ts'
import { GraphBuilder } from './graph-builder.ts'
import type { Attribute, ElementType, Shape } from './messages.ts'
import { elementTypes } from './messages.ts'
import { broadcast, product, resized, without } from './shapes.ts'

type Float = Value<'float32'>
type Integer = Value<'int64'>
type Bool = Value<'bool'>
type Numeric = 'float32' | 'int64'

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

  maximum(left: Float, right: Float): Float {
    return this.#byElement('Max', left, right)
  }

  abs(x: Float): Float {
    return this.#ofElement('Abs', x)
  }

  relu(x: Float): Float {
    return this.#ofElement('Relu', x)
  }

  tanh(x: Float): Float {
    return this.#ofElement('Tanh', x)
  }

  sigmoid(x: Float): Float {
    return this.#ofElement('Sigmoid', x)
  }

  exp(x: Float): Float {
    return this.#ofElement('Exp', x)
  }

  sqrt(x: Float): Float {
    return this.#ofElement('Sqrt', x)
  }

  /** Of the columns of each row. */
  softmax(x: Float): Float {
    const attributes = { axis: { integer: 1 } }
    return this.node({ operator: 'Softmax', inputs: [x], attributes }, 'float32', x.shape)
  }

  /** x times weights, plus the bias in each row. */
  gemm(x: Float, weights: Float, bias: Float): Float {
    const shape = broadcast('Gemm', product('Gemm', x.shape, weights.shape), bias.shape)
    return this.node({ operator: 'Gemm', inputs: [x, weights, bias] }, 'float32', shape)
  }

  /**
   * Without that dimension, which is the last one or the one before it. By a product with ones: the last digits of
   * onnxruntime's ReduceSum depend on how many rows are scored together.
   */
  reduceSum(x: Float, axis: number): Float {
    const { length: rank } = x.shape
    const size = x.shape[axis] as number
    const ones = new Float32Array(size).fill(1)
    const sums =
      axis === rank - 1
        ? this.#matMul(x, this.constant('float32', ones, [size, 1]), resized(x.shape, axis, 1))
        : this.#matMul(this.constant('float32', ones, [1, size]), x, resized(x.shape, axis, 1))
    const inputs = [sums, this.constant('int64', [axis], [1])]
    return this.node({ operator: 'Squeeze', inputs }, 'float32', without(x.shape, axis))
  }

  /** Of the columns of each row, in one column. */
  rowMean(x: Float): Float {
    const columns = x.shape[1] as number
    const shares = new Float32Array(columns).fill(1 / columns)
    return this.#matMul(x, this.constant('float32', shares, [columns, 1]), oneColumn(x.shape))
  }

  rowMinimum(x: Float): Float {
    return this.#ofRow('ReduceMin', x)
  }

  rowMaximum(x: Float): Float {
    return this.#ofRow('ReduceMax', x)
  }

  /** The column of each row's largest element, of equal ones the first. */
  argMax(x: Float): Integer {
    return this.#columnOfRow('ArgMax', x)
  }

  argMin(x: Float): Integer {
    return this.#columnOfRow('ArgMin', x)
  }

  atLeast<T extends Numeric>(left: Value<T>, right: Value<NoInfer<T>>): Bool {
    return this.#compare('GreaterOrEqual', left, right)
  }

  less<T extends Numeric>(left: Value<T>, right: Value<NoInfer<T>>): Bool {
    return this.#compare('Less', left, right)
  }

  equal<T extends Numeric>(left: Value<T>, right: Value<NoInfer<T>>): Bool {
    return this.#compare('Equal', left, right)
  }

  and(left: Bool, right: Bool): Bool {
    return this.#compare('And', left, right)
  }

  where<T extends ElementType>(condition: Bool, yes: Value<T>, no: Value<NoInfer<T>>): Value<T> {
    const shape = broadcast('Where', condition.shape, broadcast('Where', yes.shape, no.shape))
    return this.node({ operator: 'Where', inputs: [condition, yes, no] }, yes.type, shape)
  }

  cast<T extends ElementType>(x: Value, type: T): Value<T> {
    const attributes = { to: { integer: elementTypes[type] } }
    return this.node({ operator: 'Cast', inputs: [x], attributes }, type, x.shape)
  }

  /** With a dimension of 1 more. */
  unsqueeze(x: Float, axis: number): Float {
    const inputs = [x, this.constant('int64', [axis], [1])]
    return this.node({ operator: 'Unsqueeze', inputs }, 'float32', x.shape.toSpliced(axis, 0, 1))
  }

  /** The value as often as the shape of another one asks for. */
  expand(x: Float, like: Value): Float {
    const shape = this.node({ operator: 'Shape', inputs: [like] }, 'int64', [like.shape.length])
    return this.node({ operator: 'Expand', inputs: [x, shape] }, 'float32', like.shape)
  }

  /** The matrix with a column of zeros behind it. */
  padColumn(matrix: Float): Float {
    const inputs = [matrix, this.constant('int64', [0, 0, 0, 1], [4])]
    const columns = matrix.shape[1] as number
    return this.node({ operator: 'Pad', inputs }, 'float32', resized(matrix.shape, 1, columns + 1))
  }

  /** The rows of a matrix that the indexes name. */
  gather(matrix: Float, indexes: Integer): Float {
    const shape = [...indexes.shape, ...without(matrix.shape, 0)]
    const attributes = { axis: { integer: 0 } }
    return this.node({ operator: 'Gather', inputs: [matrix, indexes], attributes }, 'float32', shape)
  }

  /** The matrix with other values in those columns of each row that the indexes name. */
  scatter(matrix: Float, indexes: Integer, values: Float): Float {
    const inputs = [matrix, indexes, values]
    const attributes = { axis: { integer: 1 } }
    return this.node({ operator: 'ScatterElements', inputs, attributes }, 'float32', matrix.shape)
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
  treeEnsemble(x: Float, targets: number, trees: Readonly<Record<string, Attribute>>): Float {
    const attributes = { ...trees, n_targets: { integer: targets } }
    const operation = {
      domain: 'ai.onnx.ml',
      operator: 'TreeEnsembleRegressor',
      inputs: [x],
      attributes,
    } as const
    return this.node(operation, 'float32', resized(x.shape, 1, targets))
  }

  #ofElement(operator: string, x: Float): Float {
    return this.node({ operator, inputs: [x] }, 'float32', x.shape)
  }

  #byElement(operator: string, left: Float, right: Float): Float {
    const shape = broadcast(operator, left.shape, right.shape)
    return this.node({ operator, inputs: [left, right] }, 'float32', shape)
  }

  #matMul(left: Float, right: Float, shape: Shape): Float {
    return this.node({ operator: 'MatMul', inputs: [left, right] }, 'float32', shape)
  }

  #compare(operator: string, left: Value, right: Value): Bool {
    const shape = broadcast(operator, left.shape, right.shape)
    return this.node({ operator, inputs: [left, right] }, 'bool', shape)
  }

  #ofRow(operator: string, x: Float): Float {
    const attributes = { axes: { integers: [1] } }
    return this.node({ operator, inputs: [x], attributes }, 'float32', oneColumn(x.shape))
  }

  #columnOfRow(operator: string, x: Float): Integer {
    const attributes = { axis: { integer: 1 } }
    return this.node({ operator, inputs: [x], attributes }, 'int64', oneColumn(x.shape))
  }
}

function oneColumn(shape: Shape): Shape {
  return resized(shape, 1, 1)
}
