import type { InferenceSession, Tensor } from 'onnxruntime-node'
import type { BytesColumn, Column, VectorColumn } from '../../engine/batch/columns.ts'
import type { Field, Fields } from '../../engine/batch/schema.ts'
import { decodeText } from '../../engine/batch/text.ts'
import { misfit } from './misfit.ts'
import type { CardInput } from './model-card.ts'
import { columnsOf } from './model-card.ts'
import type { Numbers, Packed } from './pack-numbers.ts'
import { numbersOf, packColumns, packLongs } from './pack-numbers.ts'
import type { ElementType, TensorShape } from './tensor-shape.ts'
import { dimensions, requireWidth, tensorShape } from './tensor-shape.ts'

type MakeTensor = typeof Tensor

/** Makes a tensor of some rows of a model's inputs. */
export interface InputTensor {
  readonly name: string
  /** Valid until the next call. */
  tensor(inputs: readonly Column[], from: number, rows: number): Tensor
}

const numeric = ['boolean', 'int', 'long', 'float', 'double']

/** The kinds of columns that go into a tensor of a type without loss, but for digits of a float. */
const kindsOf: Readonly<Record<ElementType, readonly string[]>> = {
  float32: numeric,
  float64: numeric,
  int64: ['boolean', 'int', 'long'],
  int32: ['boolean', 'int'],
  bool: ['boolean'],
  string: ['string'],
}

/** Brings together what the model.json says, what the session wants and what the job gives; throws where they differ. */
export function bindInputs(
  card: readonly CardInput[],
  { inputMetadata }: Pick<InferenceSession, 'inputMetadata'>,
  fields: Fields,
  file: string,
  make: MakeTensor,
): InputTensor[] {
  const names = Object.keys(fields)
  const used = card.flatMap(columnsOf)
  const lacking = used.find(column => !names.includes(column))
  if (lacking !== undefined)
    throw misfit(file, `the input "${lacking}"`, 'that the job gives it', names.join(', '))
  const unused = names.find(column => !used.includes(column))
  if (unused !== undefined)
    throw misfit(file, `the input "${unused}" of the job`, `one of ${used.join(', ')}`, 'it')
  const untold = inputMetadata.find(({ name }) => !card.some(({ tensor }) => tensor === name))
  if (untold !== undefined) throw misfit(file, `the input tensor "${untold.name}"`, 'columns for it', 'none')
  return card.map(input => {
    const shape = tensorShape(inputMetadata, input.tensor, 'input', file)
    const columns = columnsOf(input).map(column => names.indexOf(column))
    return inputTensor(input, shape, columns, fields, file, make)
  })
}

function inputTensor(
  input: CardInput,
  shape: TensorShape,
  columns: readonly number[],
  fields: Fields,
  file: string,
  make: MakeTensor,
): InputTensor {
  for (const column of columnsOf(input)) requireKind(fields[column], column, 'column' in input, shape, file)
  const field = 'column' in input ? fields[input.column] : undefined
  const width = field?.kind === 'vector' ? (field.size ?? 0) : columns.length
  requireWidth(
    shape,
    width,
    columnsOf(input)
      .map(column => `"${column}"`)
      .join(', '),
    file,
  )
  if (shape.type === 'string') return new TextTensor(shape, columns[0], make)
  if (shape.type === 'int64') return new LongTensor(shape, columns[0], make)
  if (field?.kind === 'vector') return new VectorTensor(shape, columns[0], width, make)
  return new PackedTensor(shape, columns, make)
}

function requireKind(
  { kind }: Field,
  column: string,
  isAlone: boolean,
  shape: TensorShape,
  file: string,
): void {
  const { name, type } = shape
  if (kind === 'vector' && isAlone && (type === 'float32' || type === 'float64')) return
  const packs = isAlone || type === 'float32' || type === 'float64'
  const allowed = packs ? kindsOf[type] : []
  if (allowed.includes(kind)) return
  const expected = packs
    ? `${allowed.join(', ')} for elements of ${type}`
    : 'a tensor of float32 for several columns'
  throw misfit(file, `the column "${column}" of the tensor "${name}"`, expected, packs ? kind : type)
}

/** Tensors over one buffer: that for the usual number of rows is made once. */
class Buffered<A extends Packed | BigInt64Array> {
  private readonly shape: TensorShape
  private readonly width: number
  private readonly make: MakeTensor
  private readonly allocate: (length: number) => A
  data: A
  private whole: Tensor | undefined

  constructor(shape: TensorShape, width: number, make: MakeTensor, allocate: (length: number) => A) {
    this.shape = shape
    this.width = width
    this.make = make
    this.allocate = allocate
    this.data = allocate(0)
  }

  tensor(rows: number): Tensor {
    const length = rows * this.width
    if (length > this.data.length) {
      this.data = this.allocate(length)
      this.whole = undefined
    }
    if (length < this.data.length) return this.over(this.data.subarray(0, length) as A, rows)
    this.whole ??= this.over(this.data, rows)
    return this.whole
  }

  private over(data: A, rows: number): Tensor {
    return new this.make(
      this.shape.type as 'float32',
      data as Float32Array,
      dimensions(this.shape, this.width, rows),
    )
  }
}

const allocators = {
  float32: (length: number) => new Float32Array(length),
  float64: (length: number) => new Float64Array(length),
  int32: (length: number) => new Int32Array(length),
  bool: (length: number) => new Uint8Array(length),
} as const

class PackedTensor implements InputTensor {
  readonly name: string
  private readonly columns: readonly number[]
  private readonly values: Numbers[] = []
  private readonly buffer: Buffered<Packed>

  constructor(shape: TensorShape, columns: readonly number[], make: MakeTensor) {
    this.name = shape.name
    this.columns = columns
    const allocate = allocators[shape.type as keyof typeof allocators]
    this.buffer = new Buffered<Packed>(shape, columns.length, make, allocate)
  }

  tensor(inputs: readonly Column[], from: number, rows: number): Tensor {
    const tensor = this.buffer.tensor(rows)
    const { columns, values } = this
    for (let k = 0; k < columns.length; k++) values[k] = numbersOf(inputs[columns[k]])
    packColumns(values, from, rows, this.buffer.data)
    return tensor
  }
}

class LongTensor implements InputTensor {
  readonly name: string
  private readonly column: number
  private readonly buffer: Buffered<BigInt64Array>

  constructor(shape: TensorShape, column: number, make: MakeTensor) {
    this.name = shape.name
    this.column = column
    this.buffer = new Buffered(shape, 1, make, length => new BigInt64Array(length))
  }

  tensor(inputs: readonly Column[], from: number, rows: number): Tensor {
    const tensor = this.buffer.tensor(rows)
    const { buffer, byteOffset, length } = this.buffer.data
    packLongs(inputs[this.column], from, rows, new Int32Array(buffer, byteOffset, length * 2))
    return tensor
  }
}

/** Vectors lie in their column as the runtime wants them: nothing is copied, but for another type of numbers. */
class VectorTensor implements InputTensor {
  readonly name: string
  private readonly shape: TensorShape
  private readonly column: number
  private readonly size: number
  private readonly make: MakeTensor

  constructor(shape: TensorShape, column: number, size: number, make: MakeTensor) {
    this.name = shape.name
    this.shape = shape
    this.column = column
    this.size = size
    this.make = make
  }

  tensor(inputs: readonly Column[], from: number, rows: number): Tensor {
    const { values } = inputs[this.column] as VectorColumn
    const own = values.subarray(from * this.size, (from + rows) * this.size)
    const dims = dimensions(this.shape, this.size, rows)
    if (this.shape.type === 'float32') return new this.make('float32', own, dims)
    return new this.make('float64', Float64Array.from(own), dims)
  }
}

class TextTensor implements InputTensor {
  readonly name: string
  private readonly shape: TensorShape
  private readonly column: number
  private readonly make: MakeTensor

  constructor(shape: TensorShape, column: number, make: MakeTensor) {
    this.name = shape.name
    this.shape = shape
    this.column = column
    this.make = make
  }

  tensor(inputs: readonly Column[], from: number, rows: number): Tensor {
    const { bytes, start, end } = inputs[this.column] as BytesColumn
    const texts = new Array<string>(rows)
    for (let row = 0; row < rows; row++) texts[row] = decodeText(bytes, start[from + row], end[from + row])
    return new this.make('string', texts, dimensions(this.shape, 1, rows))
  }
}
