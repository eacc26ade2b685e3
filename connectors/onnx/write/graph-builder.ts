import type { Attribute, ElementType, Shape } from './messages.ts'
import { modelProto } from './messages.ts'
import { unwritable } from './parameters.ts'
import { tensorBytes } from './tensor-bytes.ts'

const irVersion = 8
const operatorSets = { '': 17, 'ai.onnx.ml': 3 }
/** A message of Protocol Buffers cannot be longer. */
const modelBytesMax = 2 ** 31 - 1

/** A tensor in a graph. It has no name to mistake: only what a graph gave out can go into its nodes. */
export interface Value<T extends ElementType = ElementType> {
  readonly type: T
  readonly shape: Shape
}

/** A tensor that a model is given, or gives. */
export interface OnnxTensor {
  readonly tensor: string
  readonly type: ElementType
  readonly shape: Shape
  readonly description: string
}

/** A model as the bytes of its file, and what there is to know of it from outside. */
export interface OnnxExport {
  readonly bytes: Uint8Array
  readonly inputs: readonly OnnxTensor[]
  readonly outputs: readonly OnnxTensor[]
}

export interface Operation {
  readonly operator: string
  /** Without one, it is an operator of ONNX's own. */
  readonly domain?: keyof typeof operatorSets
  readonly inputs: readonly Value[]
  readonly attributes?: Readonly<Record<string, Attribute>>
}

interface GraphNode extends Operation {
  readonly outputs: readonly Value[]
}

interface Constant {
  readonly value: Value
  readonly shape: readonly number[]
  readonly bytes: Uint8Array
}

interface Port {
  readonly value: Value
  readonly description: string
}

/** Puts a model together from values and nodes; `Graph` has the operators. */
export class GraphBuilder {
  readonly #title: string
  readonly #names = new Map<Value, string>()
  readonly #nodes: GraphNode[] = []
  readonly #constants: Constant[] = []
  readonly #inputs: Port[] = []
  readonly #outputs: Port[] = []

  constructor(title: string) {
    this.#title = title
  }

  input<T extends ElementType>(name: string, type: T, shape: Shape, description: string): Value<T> {
    const value = { type, shape }
    this.#name(value, name)
    this.#inputs.push({ value, description })
    return value
  }

  constant<T extends ElementType>(type: T, values: ArrayLike<number>, shape: readonly number[]): Value<T> {
    const size = shape.reduce((product, length) => product * length, 1)
    if (values.length !== size) throw unwritable(`[${shape}] takes ${size} values, not ${values.length}`)
    const value = { type, shape }
    this.#names.set(value, `constant/${this.#constants.length}`)
    this.#constants.push({ value, shape, bytes: tensorBytes(type, values) })
    return value
  }

  /** Makes the result of a node an output of the model. */
  output(name: string, value: Value, description: string): void {
    if (!this.#nodes.some(({ outputs }) => outputs.includes(value))) {
      throw unwritable(`the output "${name}" is not the result of a node`)
    }
    this.#name(value, name)
    this.#outputs.push({ value, description })
  }

  finish(): OnnxExport {
    const constants = this.#constants.map(({ value, shape, bytes }) => ({
      name: this.#nameOf(value),
      type: value.type,
      shape,
      bytes,
    }))
    const graph = {
      name: this.#title,
      nodes: this.#nodes.map((node, index) => this.#describeNode(node, index)),
      constants,
      inputs: this.#inputs.map(({ value }) => ({ ...value, name: this.#nameOf(value) })),
      outputs: this.#outputs.map(({ value }) => ({ ...value, name: this.#nameOf(value) })),
    }
    const model = modelProto({ irVersion, producer: 'headrace', operatorSets, graph })
    if (model.length > modelBytesMax) {
      throw unwritable(`it takes ${model.length} bytes, and a file of ONNX holds ${modelBytesMax}`)
    }
    const tensor = ({ value, description }: Port) => ({ tensor: this.#nameOf(value), ...value, description })
    return {
      bytes: model.finish(),
      inputs: this.#inputs.map(tensor),
      outputs: this.#outputs.map(tensor),
    }
  }

  /** Adds a node with one result. */
  protected node<T extends ElementType>(operation: Operation, type: T, shape: Shape): Value<T> {
    const result = { type, shape }
    this.nodeWithResults(operation, [result])
    return result
  }

  protected nodeWithResults(operation: Operation, outputs: readonly Value[]): void {
    if (operation.inputs.some(value => !this.#names.has(value))) {
      throw unwritable(`${operation.operator} is given a value of another graph`)
    }
    for (const [index, output] of outputs.entries()) {
      this.#names.set(output, `${operation.operator}/${this.#nodes.length}/${index}`)
    }
    this.#nodes.push({ ...operation, outputs })
  }

  #describeNode({ operator, domain = '', inputs, outputs, attributes = {} }: GraphNode, index: number) {
    return {
      name: `${operator}/${index}`,
      domain,
      operator,
      inputs: inputs.map(value => this.#nameOf(value)),
      outputs: outputs.map(value => this.#nameOf(value)),
      attributes,
    }
  }

  #name(value: Value, name: string): void {
    if (!/^[a-zA-Z]\w{0,99}$/.test(name)) throw unwritable(`"${name}" cannot name a tensor`)
    if ([...this.#names.values()].includes(name)) throw unwritable(`there are two tensors "${name}"`)
    if (this.#outputs.some(output => output.value === value))
      throw unwritable(`"${name}" is an output already`)
    this.#names.set(value, name)
  }

  #nameOf(value: Value): string {
    return this.#names.get(value)!
  }
}
