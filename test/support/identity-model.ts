/** Numbers of element types in ONNX. */
export const onnxTypes = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float64: 11,
} as const

export interface Pass {
  readonly from: string
  readonly to: string
  readonly type: keyof typeof onnxTypes
  /** Behind the rows. */
  readonly dims?: readonly number[]
  /** How many rows there have to be; any number without it. */
  readonly rows?: number
}

/**
 * A model whose outputs are its inputs, with elements of any type: written by hand, field by field of onnx.proto, so
 * that nothing that is tested has a part in it.
 */
export function identityModel(passes: readonly Pass[]): Buffer {
  const graph = Buffer.concat([
    ...passes.map(({ from, to }) => part(1, [text(1, from), text(2, to), text(4, 'Identity')])),
    text(2, 'identity'),
    ...passes.map(pass => part(11, [text(1, pass.from), part(2, typeOf(pass))])),
    ...passes.map(pass => part(12, [text(1, pass.to), part(2, typeOf(pass))])),
  ])
  return Buffer.concat([number(1, 8), part(8, [text(1, ''), number(2, 17)]), bytes(7, graph)])
}

function typeOf({ type, dims = [], rows }: Pass): Buffer[] {
  const first = rows === undefined ? [text(2, 'N')] : [number(1, rows)]
  const shape = [part(1, first), ...dims.map(size => part(1, [number(1, size)]))]
  return [part(1, [number(1, onnxTypes[type]), part(2, shape)])]
}

function varint(value: number): Buffer {
  const out: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...out, rest])
    out.push((rest % 128) | 128)
  }
}

function number(field: number, value: number): Buffer {
  return Buffer.concat([varint(field * 8), varint(value)])
}

function bytes(field: number, value: Buffer): Buffer {
  return Buffer.concat([varint(field * 8 + 2), varint(value.length), value])
}

function text(field: number, value: string): Buffer {
  return bytes(field, Buffer.from(value))
}

function part(field: number, parts: readonly Buffer[]): Buffer {
  return bytes(field, Buffer.concat(parts))
}
