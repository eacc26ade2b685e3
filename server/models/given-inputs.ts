import type { FeatureClient } from '../../features/index.ts'
import type { FeatureAsk, FeatureInputs } from './feature-inputs.ts'
import { readFeatures } from './feature-inputs.ts'
import type { GivenRow, InputReader } from './input-reader.ts'
import { invalid } from './invalid.ts'

/** What a request gives to a model: rows, or features, or both, of which each input is in one. */
export interface InputSources {
  readonly rows?: readonly GivenRow[]
  readonly features?: FeatureAsk
}

export interface GivenInputs {
  readonly rows: number
  /** A list for each input of the model; null where there is no value. */
  readonly columns: readonly (readonly unknown[])[]
  readonly features: FeatureInputs | null
}

/** Reads and checks all inputs of a model. Those that the first row has come from the rows, the others from the view. */
export async function givenInputs(
  { rows, features }: InputSources,
  reader: InputReader,
  client: FeatureClient,
): Promise<GivenInputs> {
  if (features === undefined) {
    if (rows === undefined) throw invalid('there are neither rows nor features')
    return { rows: rows.length, columns: reader.rows(rows, reader.names), features: null }
  }
  const { entities } = features
  if (rows !== undefined && rows.length !== entities.length) {
    throw invalid(`there are ${rows.length} rows and ${entities.length} entities: each row has one`)
  }
  const inRows = rows === undefined ? [] : Object.keys(rows[0])
  const ofRows = rows === undefined ? [] : reader.rows(rows, inRows)
  const others = reader.names.filter(name => !inRows.includes(name))
  const read = await readFeatures(client, reader, features, others)
  const columns = reader.names.map(name => {
    const place = inRows.indexOf(name)
    return place >= 0 ? ofRows[place] : read.columns[others.indexOf(name)]
  })
  return { rows: entities.length, columns, features: read }
}

/** The inputs that a row has no value for, with the reason; null where it has them all. */
export function missingIn(
  { columns, features }: GivenInputs,
  names: readonly string[],
  row: number,
): Record<string, string> | null {
  let missing: Record<string, string> | null = null
  for (let input = 0; input < columns.length; input++) {
    if (columns[input][row] !== null) continue
    const name = names[input]
    missing ??= {}
    missing[name] = stateOf(features, name, row)
  }
  return missing
}

/** A value that was found is null itself. */
function stateOf(features: FeatureInputs | null, name: string, row: number): string {
  const place = features === null ? -1 : features.inputs.indexOf(name)
  const state = place < 0 ? 'ok' : features?.readings[row][place].state
  return state === undefined || state === 'ok' ? 'null' : state
}
