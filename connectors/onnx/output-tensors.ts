import type { InferenceSession, Tensor } from 'onnxruntime-node'
import type { Field, Fields } from '../../engine/batch/schema.ts'
import type { OutputColumn } from '../../engine/models/output-columns.ts'
import { misfit } from './misfit.ts'
import type { CardOutput } from './model-card.ts'
import type { ElementType } from './tensor-shape.ts'
import { requireWidth, tensorShape } from './tensor-shape.ts'

/** Copies what the runtime gave for some rows to the output with the same number. */
export interface OutputTensor {
  readonly name: string
  copy(tensor: Tensor, output: OutputColumn, from: number, rows: number): void
}

const whole: readonly ElementType[] = ['int64', 'int32', 'bool']
const numbers: readonly ElementType[] = ['float32', 'float64', ...whole]

/** Types of elements that a column of a kind can be made of. */
const typesOf: Readonly<Record<string, readonly ElementType[]>> = {
  int: whole,
  long: whole,
  float: numbers,
  double: numbers,
  vector: numbers,
  string: ['string'],
}

/** Finds the tensor of each output that the job wants; throws where it does not fit. */
export function bindOutputs(
  card: readonly CardOutput[],
  { outputMetadata }: Pick<InferenceSession, 'outputMetadata'>,
  fields: Fields,
  file: string,
): OutputTensor[] {
  return Object.entries<Field>(fields).map(([name, { kind, size = 1 }]) => {
    const output = card.find(({ column }) => column === name)
    const known = card.map(({ column }) => column).join(', ')
    if (output === undefined) throw misfit(file, `the output "${name}" of the job`, `one of ${known}`, 'it')
    const shape = tensorShape(outputMetadata, output.tensor, 'output', file)
    const allowed = typesOf[kind] ?? []
    const what = `the output "${name}" of kind ${kind}, the tensor "${output.tensor}"`
    if (!allowed.includes(shape.type))
      throw misfit(file, what, `elements of ${allowed.join(', ')}`, shape.type)
    requireWidth(shape, size, `the output "${name}"`, file)
    return { name: output.tensor, copy: copier(shape.type, kind, size, what) }
  })
}

function copier(type: ElementType, kind: string, size: number, what: string): OutputTensor['copy'] {
  return ({ data }, output, from, rows) => {
    const length = rows * size
    if (data.length !== length) throw new Error(`${what} has ${data.length} elements for ${rows} rows`)
    if (output.layout === 'text') {
      for (let row = 0; row < rows; row++) output.values[from + row] = (data as string[])[row]
    } else if (type === 'int64') copyLongs(data as BigInt64Array, output.values, from * size, kind, what)
    else output.values.set(data as Float32Array, from * size)
  }
}

type Values = Float64Array | Float32Array | Int32Array

/** Reads 64 bits as pairs of 32: no bigint is made. */
function copyLongs(data: BigInt64Array, values: Values, at: number, kind: string, what: string): void {
  const words = new Int32Array(data.buffer, data.byteOffset, data.length * 2)
  for (let i = 0; i < data.length; i++) {
    const value = words[2 * i + 1] * 2 ** 32 + (words[2 * i] >>> 0)
    const fits = kind === 'int' ? (value | 0) === value : Number.isSafeInteger(value)
    if (!fits) throw new Error(`${what} has the value ${data[i]}`)
    values[at + i] = value
  }
}
