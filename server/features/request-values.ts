import type { Field } from '../../engine/batch/schema.ts'
import type { OnDemand } from '../../features/index.ts'

type Values = Readonly<Record<string, unknown>>

/** What features are computed of, out of JSON: its numbers and arrays are other types in some fields. */
export class RequestValues {
  private readonly fields: ReadonlyMap<string, ReadonlyMap<string, Field>>

  constructor(onDemand: readonly OnDemand[]) {
    const views = new Set(onDemand.map(({ view }) => view))
    this.fields = new Map(
      [...views].map(view => {
        const own = onDemand.filter(feature => feature.view === view)
        return [view, new Map(own.flatMap(({ request }) => Object.entries(request)))]
      }),
    )
  }

  read(view: string, given: Values | readonly Values[]): Values | readonly Values[] {
    const fields = this.fields.get(view)
    if (fields === undefined) return given
    const one = (values: Values) =>
      Object.fromEntries(
        Object.entries(values).map(([name, value]) => [name, typed(fields.get(name), value)]),
      )
    return Array.isArray(given) ? given.map(one) : one(given as Values)
  }
}

/** What does not fit is left as it is: the check that follows names it. */
function typed(field: Field | undefined, value: unknown): unknown {
  if (field?.kind === 'vector' && Array.isArray(value) && value.every(item => typeof item === 'number')) {
    return Float32Array.from(value)
  }
  if (field?.kind !== 'bigint') return value
  return (typeof value === 'string' && /^-?\d{1,19}$/.test(value)) || Number.isSafeInteger(value)
    ? BigInt(value as string | number)
    : value
}
