import type { Model } from '../../../engine/models/model.ts'
import type { OutputColumn } from '../../../engine/models/output-columns.ts'
import { describedModel } from '../described-model.ts'
import type { ModelCard, Parity } from '../model-card.ts'
import { columnsOf } from '../model-card.ts'
import { OnnxModel } from '../onnx-model.ts'
import { checkParity, scoreExamples } from '../parity.ts'
import { onnxRuntime, openSession } from '../runtime.ts'
import { unwritable } from './parameters.ts'

/** The values of a column, an element a row; a vector is a list of its own. */
export type ExampleValues = ArrayLike<string | boolean | number | ArrayLike<number>>

export interface Examples {
  /** By column. */
  readonly inputs: Readonly<Record<string, ExampleValues>>
  /** What the model has to answer, by column, as whoever trained it computes that without ONNX. */
  readonly outputs?: Readonly<Record<string, ExampleValues>>
  /** How far a number may be from the answer: so much, or so much of it. Default: 1e-5. */
  readonly tolerance?: number
}

type Columns = Parity['inputs']

/**
 * The examples with what the ONNX runtime answers, which has to be what the caller expects. That the model fits its
 * card is checked without examples too.
 */
export async function answeredExamples(
  card: ModelCard,
  bytes: Uint8Array,
  examples: Examples | undefined,
  file: string,
): Promise<Parity | undefined> {
  const session = await openSession(bytes, file)
  try {
    const { Tensor: makeTensor } = await onnxRuntime()
    const open = (model: Model) => new OnnxModel(model, { card, session, makeTensor, file }, async () => {})
    if (examples === undefined) {
      open(describedModel(card, session, file))
      return undefined
    }
    const expected = plainExamples(card, examples)
    const model = describedModel({ ...card, parity: expected }, session, file)
    const loaded = open(model)
    const answers = await scoreExamples(loaded, model, expected.inputs, file)
    if (examples.outputs !== undefined) await checkParity(loaded, model, { ...card, parity: expected }, file)
    return { ...expected, outputs: valuesOf(Object.keys(model.outputs), answers) }
  } finally {
    await session.release()
  }
}

/** Without typed arrays, and without outputs if the caller knows of none. */
function plainExamples(card: ModelCard, { inputs, outputs, tolerance = 1e-5 }: Examples): Parity {
  const given = plainColumns('inputs', inputs, card.inputs.flatMap(columnsOf))
  const names = card.outputs.map(({ column }) => column)
  const expected = outputs === undefined ? {} : plainColumns('outputs', outputs, names)
  const lengths = new Set(Object.values({ ...given, ...expected }).map(({ length }) => length))
  if (lengths.size > 1) throw unwritable(`parity has columns of ${[...lengths].join(' and ')} rows`)
  if (lengths.has(0)) throw unwritable('parity has no rows')
  return { inputs: given, outputs: expected, tolerance }
}

function plainColumns(part: string, given: Examples['inputs'], columns: readonly string[]): Columns {
  const strange = Object.keys(given).find(column => !columns.includes(column))
  if (strange !== undefined)
    throw unwritable(`parity.${part} has "${strange}", which is no column of the model`)
  return Object.fromEntries(columns.map(column => [column, plainValues(part, column, given[column])]))
}

function plainValues(part: string, column: string, values: ExampleValues | undefined): unknown[] {
  const name = `parity.${part}.${column}`
  if (values === undefined) throw unwritable(`${name} is missing`)
  return Array.from(values, (value, row) => {
    const plain = typeof value === 'object' ? Array.from(value) : value
    const unknown = [plain].flat().find(element => typeof element === 'number' && !Number.isFinite(element))
    if (unknown === undefined) return plain
    throw unwritable(`${name}[${row}] has ${unknown} in it, which JSON has no word for`)
  })
}

function valuesOf(names: readonly string[], answers: readonly OutputColumn[]): Columns {
  const columns = names.map((name, index) => {
    const answer = answers[index]
    if (answer.layout !== 'vector') return [name, Array.from<unknown>(answer.values)]
    const rows = answer.values.length / answer.size
    return [
      name,
      Array.from({ length: rows }, (_, row) => [
        ...answer.values.subarray(row * answer.size, (row + 1) * answer.size),
      ]),
    ]
  })
  return plainColumns('outputs', Object.fromEntries(columns), names)
}
