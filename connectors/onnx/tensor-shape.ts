import type { InferenceSession } from 'onnxruntime-node'
import { misfit } from './misfit.ts'

/** Types of elements that columns can be turned into, and be made of. */
export const elementTypes = ['float32', 'float64', 'int64', 'int32', 'bool', 'string'] as const
export type ElementType = (typeof elementTypes)[number]

/** A tensor of a session, as far as the session knows it. */
export interface TensorShape {
  readonly name: string
  readonly type: ElementType
  /** Numbers and names of free dimensions, the rows first; empty where nothing is known. */
  readonly shape: readonly (number | string)[]
}

/** Finds the tensor that a model.json names, with rows as its first dimension and any number of them. */
export function tensorShape(
  tensors: readonly InferenceSession.ValueMetadata[],
  name: string,
  part: 'input' | 'output',
  file: string,
): TensorShape {
  const what = `the ${part} tensor "${name}"`
  const found = tensors.find(tensor => tensor.name === name)
  const known = tensors.map(tensor => tensor.name).join(', ')
  if (found === undefined) throw misfit(file, what, `one of ${known}`, 'no such tensor')
  if (!found.isTensor) throw misfit(file, what, 'a tensor', 'a sequence or map: export it without ZipMap')
  const type = elementTypes.find(each => each === found.type)
  if (type === undefined) throw misfit(file, what, `elements of ${elementTypes.join(', ')}`, found.type)
  const [rows] = found.shape
  if (typeof rows === 'number') {
    throw misfit(file, what, 'a first dimension that is free, for the rows', shapeText(found.shape))
  }
  return { name, type, shape: found.shape }
}

/** The dimensions behind the rows have to be these; [N] will do for one element a row. */
export function requireWidth({ name, shape }: TensorShape, width: number, what: string, file: string): void {
  if (shape.length === 0) return
  const [, ...inner] = shape
  const isFlat = inner.length === 0 && width === 1
  const fits = inner.length === 1 && (inner[0] === width || typeof inner[0] === 'string')
  if (isFlat || fits) return
  const expected = width === 1 ? '[N] or [N, 1]' : `[N, ${width}]`
  throw misfit(file, `the tensor "${name}" for ${what}`, expected, shapeText(shape))
}

/** The dimensions of a tensor with so many rows. */
export function dimensions({ shape }: TensorShape, width: number, rows: number): number[] {
  const isFlat = width === 1 && shape.length < 2
  return isFlat ? [rows] : [rows, width]
}

function shapeText(shape: readonly (number | string)[]): string {
  return `[${shape.map(dimension => (typeof dimension === 'string' ? 'N' : dimension)).join(', ')}]`
}
