import { JsonReader } from './json-reader.ts'

/** A tensor that rows are given in: several columns packed side by side, or one column of its own. */
export type CardInput =
  | { readonly tensor: string; readonly columns: readonly string[] }
  | { readonly tensor: string; readonly column: string }

export interface CardOutput {
  readonly column: string
  readonly tensor: string
}

/** Inputs by column, and the answers that the model gave to them where it was made. */
export interface Parity {
  readonly inputs: Readonly<Record<string, readonly unknown[]>>
  readonly outputs: Readonly<Record<string, readonly unknown[]>>
  /** How far a number may be from the answer: so much, or so much of it. */
  readonly tolerance: number
}

/** Of the rows that a model was trained with. */
export interface CardData {
  readonly rows?: number
  readonly fingerprint?: string
  readonly from?: string
  readonly to?: string
}

/** What a version says of itself: its `model.json`. */
export interface ModelCard {
  readonly format: 1
  readonly name: string
  readonly version: number
  readonly description?: string
  /** Of `model.onnx`, in hexadecimal digits. */
  readonly sha256: string
  /** As in 2026-11-21T14:00:00Z. */
  readonly createdAt: string
  readonly inputs: readonly CardInput[]
  readonly outputs: readonly CardOutput[]
  readonly parity?: Parity
  /** How good it was found to be. */
  readonly metrics?: Readonly<Record<string, unknown>>
  readonly data?: CardData & Readonly<Record<string, unknown>>
  /** What it was trained with. */
  readonly parameters?: Readonly<Record<string, unknown>>
}

const code = 'HR_MODEL_CARD'

export function parseCard(text: string, file: string): ModelCard {
  const card = JsonReader.parse(text, file, code)
  card.only(
    ...['format', 'name', 'version', 'description', 'sha256', 'createdAt', 'inputs', 'outputs'],
    ...['parity', 'metrics', 'data', 'parameters'],
  )
  if (card.whole('format', 1) !== 1) throw card.wrong('format', 'is of a later Headrace', '1')
  const inputs = card.objects('inputs').map(inputOf)
  const outputs = card.objects('outputs').map(outputOf)
  distinct(
    card,
    'inputs',
    'column',
    inputs.flatMap(input => columnsOf(input)),
  )
  distinct(
    card,
    'inputs',
    'tensor',
    inputs.map(({ tensor }) => tensor),
  )
  distinct(
    card,
    'outputs',
    'column',
    outputs.map(({ column }) => column),
  )
  const createdAt = card.text('createdAt')
  if (Number.isNaN(Date.parse(createdAt))) {
    throw card.wrong('createdAt', `is "${createdAt}"`, 'a time like 2026-11-21T14:00:00Z')
  }
  return {
    format: 1,
    name: card.text('name'),
    version: card.whole('version', 1),
    ...(card.has('description') && { description: card.text('description') }),
    sha256: card.text('sha256', /^[0-9a-f]{64}$/),
    createdAt,
    inputs,
    outputs,
    ...(card.has('parity') && { parity: parityOf(card.object('parity'), inputs, outputs) }),
    ...(card.has('metrics') && { metrics: card.object('metrics').plain }),
    ...(card.has('data') && { data: card.object('data').plain }),
    ...(card.has('parameters') && { parameters: card.object('parameters').plain }),
  }
}

/** The columns of a row that go into a tensor. */
export function columnsOf(input: CardInput): readonly string[] {
  return 'columns' in input ? input.columns : [input.column]
}

function inputOf(input: JsonReader): CardInput {
  input.only('tensor', 'columns', 'column')
  const tensor = input.text('tensor')
  if (input.has('columns') === input.has('column')) {
    throw input.wrong('column', 'is there beside columns, or both are missing', 'one of the two')
  }
  return input.has('columns')
    ? { tensor, columns: input.texts('columns') }
    : { tensor, column: input.text('column') }
}

function outputOf(output: JsonReader): CardOutput {
  output.only('column', 'tensor')
  return { column: output.text('column'), tensor: output.text('tensor') }
}

function parityOf(parity: JsonReader, inputs: readonly CardInput[], outputs: readonly CardOutput[]): Parity {
  parity.only('inputs', 'outputs', 'tolerance')
  const examples = (part: 'inputs' | 'outputs', columns: readonly string[]) => {
    const reader = parity.object(part)
    reader.only(...columns)
    return Object.fromEntries(columns.map(column => [column, reader.list(column)]))
  }
  const given = examples('inputs', inputs.flatMap(columnsOf))
  const answered = examples(
    'outputs',
    outputs.map(({ column }) => column),
  )
  const all = [...Object.entries(given), ...Object.entries(answered)]
  const [[first, { length }]] = all
  for (const [column, values] of all) {
    if (values.length === length) continue
    throw parity.wrong(column, `has ${values.length} values`, `${length} of them, as "${first}" has`)
  }
  return { inputs: given, outputs: answered, tolerance: parity.number('tolerance', 0) }
}

function distinct(card: JsonReader, key: string, what: string, names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw card.wrong(key, `has the ${what} "${twice}" twice`, 'once')
}
