import type { ElementType } from './messages.ts'

/** The values of a tensor as ONNX stores them: little-endian, in the order of its last dimension. */
export function tensorBytes(type: ElementType, values: ArrayLike<number>): Uint8Array {
  const { length } = values
  const bytes = new Uint8Array(length * elementBytes[type])
  const view = new DataView(bytes.buffer)
  if (type === 'float32') for (let at = 0; at < length; at++) view.setFloat32(at * 4, values[at]!, true)
  else if (type === 'int64')
    for (let at = 0; at < length; at++) view.setBigInt64(at * 8, BigInt(values[at]!), true)
  else for (let at = 0; at < length; at++) bytes[at] = values[at] === 0 ? 0 : 1
  return bytes
}

const elementBytes: Record<ElementType, number> = { float32: 4, int64: 8, bool: 1 }
