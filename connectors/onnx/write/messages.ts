import { ProtobufWriter } from './protobuf-writer.ts'

/*
 * The messages of ONNX that a model without control flow is made of, with the field numbers of onnx.proto.
 * Each function gives one message of the name it bears.
 */

/** Element types, with their number in TensorProto.DataType. */
export const elementTypes = { float32: 1, int64: 7, bool: 9 } as const

export type ElementType = keyof typeof elementTypes

/** A size that is known, or the name of one that every run decides. */
export type Dimension = number | string

export type Shape = readonly Dimension[]

/** By the kind that AttributeProto knows them as; texts are `strings` there, text is `s`. */
export type Attribute =
  | { readonly integer: number }
  | { readonly text: string }
  | { readonly integers: readonly number[] }
  | { readonly floats: readonly number[] }
  | { readonly texts: readonly string[] }

export interface NodeMessage {
  readonly name: string
  /** Empty for ONNX's own operators. */
  readonly domain: string
  readonly operator: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Readonly<Record<string, Attribute>>
}

export interface ValueMessage {
  readonly name: string
  readonly type: ElementType
  readonly shape: Shape
}

export interface TensorMessage {
  readonly name: string
  readonly type: ElementType
  readonly shape: readonly number[]
  /** Little-endian. */
  readonly bytes: Uint8Array
}

export interface GraphMessage {
  readonly name: string
  readonly nodes: readonly NodeMessage[]
  readonly constants: readonly TensorMessage[]
  readonly inputs: readonly ValueMessage[]
  readonly outputs: readonly ValueMessage[]
}

export interface ModelMessage {
  readonly irVersion: number
  readonly producer: string
  /** The version of each domain of operators. */
  readonly operatorSets: Readonly<Record<string, number>>
  readonly graph: GraphMessage
}

export function modelProto(model: ModelMessage): ProtobufWriter {
  const to = new ProtobufWriter()
  to.integer(1, model.irVersion)
  to.text(2, model.producer)
  to.message(7, graphProto(model.graph))
  for (const [domain, version] of Object.entries(model.operatorSets)) {
    to.message(8, operatorSetIdProto(domain, version))
  }
  return to
}

function operatorSetIdProto(domain: string, version: number): ProtobufWriter {
  const to = new ProtobufWriter()
  to.text(1, domain)
  to.integer(2, version)
  return to
}

function graphProto(graph: GraphMessage): ProtobufWriter {
  const to = new ProtobufWriter()
  for (const node of graph.nodes) to.message(1, nodeProto(node))
  to.text(2, graph.name)
  for (const constant of graph.constants) to.message(5, tensorProto(constant))
  for (const input of graph.inputs) to.message(11, valueInfoProto(input))
  for (const output of graph.outputs) to.message(12, valueInfoProto(output))
  return to
}

function nodeProto(node: NodeMessage): ProtobufWriter {
  const to = new ProtobufWriter()
  for (const input of node.inputs) to.text(1, input)
  for (const output of node.outputs) to.text(2, output)
  to.text(3, node.name)
  to.text(4, node.operator)
  for (const [name, value] of Object.entries(node.attributes)) to.message(5, attributeProto(name, value))
  to.text(7, node.domain)
  return to
}

function attributeProto(name: string, value: Attribute): ProtobufWriter {
  const to = new ProtobufWriter()
  const type = (number: number) => to.integer(20, number)
  to.text(1, name)
  if ('integer' in value) {
    to.integer(3, value.integer)
    type(2)
  } else if ('text' in value) {
    to.text(4, value.text)
    type(3)
  } else if ('floats' in value) {
    to.packedFloats(7, value.floats)
    type(6)
  } else if ('integers' in value) {
    to.packedIntegers(8, value.integers)
    type(7)
  } else {
    for (const text of value.texts) to.text(9, text)
    type(8)
  }
  return to
}

function tensorProto(tensor: TensorMessage): ProtobufWriter {
  const to = new ProtobufWriter()
  to.packedIntegers(1, tensor.shape)
  to.integer(2, elementTypes[tensor.type])
  to.text(8, tensor.name)
  to.bytes(9, tensor.bytes)
  return to
}

function valueInfoProto(value: ValueMessage): ProtobufWriter {
  const to = new ProtobufWriter()
  to.text(1, value.name)
  to.message(2, typeProto(value))
  return to
}

function typeProto({ type, shape }: ValueMessage): ProtobufWriter {
  const tensor = new ProtobufWriter()
  tensor.integer(1, elementTypes[type])
  tensor.message(2, tensorShapeProto(shape))
  const to = new ProtobufWriter()
  to.message(1, tensor)
  return to
}

function tensorShapeProto(shape: Shape): ProtobufWriter {
  const to = new ProtobufWriter()
  for (const size of shape) {
    const dimension = new ProtobufWriter()
    if (typeof size === 'number') dimension.integer(1, size)
    else dimension.text(2, size)
    to.message(1, dimension)
  }
  return to
}
