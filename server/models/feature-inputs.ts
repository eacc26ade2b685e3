import type { Entity } from '../../engine/stores/feature-store.ts'
import type { Duration } from '../../engine/time/duration.ts'
import { durationMs } from '../../engine/time/duration.ts'
import type { FeatureClient } from '../../features/index.ts'
import type { FeatureReading } from '../../features/reading.ts'
import type { InputReader } from './input-reader.ts'
import { invalid } from './invalid.ts'

/** Which features a request wants to be scored. */
export interface FeatureAsk {
  readonly view: string
  readonly version?: number
  /** One for each row. */
  readonly entities: readonly Entity[]
  /** Fields of the view, by the inputs that they are for, where they have other names. */
  readonly fields?: Readonly<Record<string, string>>
  readonly maxAge?: number | string
  /** Whether the answer is to have the states and ages of what was read. */
  readonly ages?: boolean
}

export interface FeatureInputs {
  readonly inputs: readonly string[]
  /** A list for each of them; null where there is no value, or none that is fresh. */
  readonly columns: readonly (readonly unknown[])[]
  /** As they were read: for each row, in the order of the inputs. */
  readonly readings: readonly (readonly FeatureReading[])[]
}

/** Reads inputs of a model out of a view. */
export async function readFeatures(
  client: FeatureClient,
  reader: InputReader,
  { view, version, entities, fields = {}, maxAge }: FeatureAsk,
  inputs: readonly string[],
): Promise<FeatureInputs> {
  const strange = Object.keys(fields).find(name => !inputs.includes(name))
  if (strange !== undefined) {
    throw invalid(`features/fields/${strange} is no input of the model, or one that the rows give`)
  }
  if (inputs.length === 0) throw invalid('the rows give all inputs: there are no features to read')
  const asked = inputs.map(name => (Object.hasOwn(fields, name) ? fields[name] : name))
  const maxAgeMs = maxAge === undefined ? undefined : durationMs(maxAge as Duration, 'maxAge')
  const { rows } = await client.read({ view, version, entities, fields: asked, maxAgeMs })
  const columns = inputs.map((name, index) =>
    reader.column(
      name,
      rows.length,
      row => fresh(rows[row][index]),
      row => `${asked[index]} of ${entities[row]} in feature view "${view}"`,
    ),
  )
  return { inputs, columns, readings: rows }
}

function fresh({ state, value }: FeatureReading): unknown {
  if (state !== 'ok') return null
  if (typeof value !== 'bigint') return value
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}
