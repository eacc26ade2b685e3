import { inspect } from 'node:util'
import { nullableOf } from '../engine/batch/misfit.ts'
import type { Field, Fields, RowOf } from '../engine/batch/schema.ts'
import { HeadraceError, messageOf } from '../engine/errors.ts'
import type { FeatureView } from '../engine/stores/feature-view.ts'
import type { FeatureReading } from './reading.ts'
import { hasValue } from './reading.ts'

export interface OnDemandOptions<F extends Fields, N extends keyof F, Q extends Fields, V> {
  readonly view: FeatureView<string, F>
  /** The fields of the view that it is computed of. Where one has no value, there is no value of it either. */
  readonly needs: readonly N[]
  /** What callers have to give along. */
  readonly request?: Q
  /** Taken in the place of fields without a value. */
  readonly defaults?: Partial<RowOf<Pick<F, N>>>
  /** What it gives. */
  readonly result: Field<V>
}

export interface OnDemandInput<F extends Fields, N extends keyof F, Q extends Fields> {
  readonly features: RowOf<Pick<F, N>>
  readonly request: RowOf<Q>
}

/** A feature that is not stored: it is computed of stored ones and of what comes with a request, when it is read. */
export interface OnDemand<K extends string = string, V = unknown, Q extends Fields = Fields> {
  readonly name: K
  readonly view: string
  readonly needs: readonly string[]
  readonly request: Q
  readonly defaults: Readonly<Record<string, unknown>>
  readonly result: Field<V>
  readonly compute: (input: { readonly features: never; readonly request: never }) => unknown
}

/** A feature of a view that is computed at each read, of stored features and of values that the request brings. */
export function onDemand<
  const K extends string,
  F extends Fields,
  const N extends keyof F & string,
  V,
  Q extends Fields = Record<never, never>,
>(
  name: K,
  options: OnDemandOptions<F, N, Q, V>,
  compute: (input: OnDemandInput<F, N, Q>) => NoInfer<V>,
): OnDemand<K, V, Q> {
  const { view, needs, request = {} as Q, defaults = {}, result } = options
  const wrong = (message: string) => new HeadraceError('HR_CONFIG_INVALID', `feature "${name}": ${message}`)
  if (name in view.fields || name === view.entity) throw wrong(`${view.name} has a column of that name`)
  if (needs.length === 0) throw wrong('it needs no field: compute it where it is used')
  for (const need of needs) {
    if (!(need in view.fields)) throw wrong(`${view.name} has no field "${need}"`)
  }
  for (const [field, value] of Object.entries(defaults)) {
    if (!needs.includes(field as N)) throw wrong(`it has a default for "${field}", which it does not need`)
    if (!nullableOf(view.fields[field])(value)) throw wrong(`the default of "${field}" does not fit`)
  }
  return { name, view: view.name, needs, request, defaults, result, compute: compute as OnDemand['compute'] }
}

/** What comes with a request has all that features are computed of. */
export function checkRequest(
  feature: OnDemand,
  request: Readonly<Record<string, unknown>> | undefined,
): void {
  for (const [name, field] of Object.entries(feature.request)) {
    const value = request?.[name]
    if (nullableOf(field)(value)) continue
    const message = `feature "${feature.name}" needs "${name}" of type ${field.kind} with the request, not ${inspect(value).slice(0, 80)}`
    throw new HeadraceError('HR_FEATURE_REQUEST', message)
  }
}

/** Computes it for one entity: as old as the oldest value that it is computed of. */
export function computed(
  feature: OnDemand,
  needed: readonly FeatureReading[],
  request: Readonly<Record<string, unknown>>,
  now: number,
): FeatureReading {
  const features: Record<string, unknown> = {}
  let [time, ageMs, state]: [number, number, 'ok' | 'stale'] = [now, 0, 'ok']
  for (const [index, reading] of needed.entries()) {
    const name = feature.needs[index]
    if (hasValue(reading)) {
      features[name] = reading.value
      if (reading.state === 'stale') state = 'stale'
      time = Math.min(time, reading.time)
      ageMs = Math.max(ageMs, reading.ageMs)
    } else if (name in feature.defaults) features[name] = feature.defaults[name]
    else return reading
  }
  return { state, value: resultOf(feature, { features, request }), time, ageMs }
}

function resultOf({ name, result, compute }: OnDemand, input: object): unknown {
  let value: unknown
  try {
    value = compute(input as never)
  } catch (cause) {
    const message = `the function of feature "${name}" threw: ${messageOf(cause)}`
    throw new HeadraceError('HR_FEATURE_COMPUTED', message, { cause })
  }
  if (nullableOf(result)(value)) return value ?? null
  const message = `feature "${name}" gave ${inspect(value).slice(0, 80)}, which is no ${result.kind}`
  throw new HeadraceError('HR_FEATURE_COMPUTED', message)
}
