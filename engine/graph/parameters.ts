import { HeadraceError } from '../errors.ts'
import { isDurationText } from '../time/duration.ts'

export type ParameterValue = number | string | boolean

/** What a job asks for from outside. */
export interface Parameter {
  readonly name: string
  readonly value: ParameterValue
  /** The value where none is set. */
  readonly fallback: ParameterValue
}

/** What a value may be, beside of the fallback's type. */
export interface Bounds {
  readonly min?: number
  readonly max?: number
  readonly oneOf?: readonly ParameterValue[]
}

/** The parameters of a job that is being built: those that it has asked for, and what they are set to. */
export class Parameters {
  private readonly job: string
  private readonly set: Readonly<Record<string, string>>
  private readonly asked = new Map<string, Parameter>()
  /** What is wrong with values: told when all names are known. */
  private readonly misfits: string[] = []

  constructor(job: string, set: Readonly<Record<string, string>>) {
    this.job = job
    this.set = set
  }

  ask(name: string, fallback: ParameterValue, bounds: Bounds): ParameterValue {
    if (!/^[a-zA-Z][a-zA-Z0-9._-]{0,99}$/.test(name)) {
      const message = `"${name}" cannot be a parameter's name: a letter, then up to 99 of a-z A-Z 0-9 . _ -`
      throw new HeadraceError('HR_CONFIG_INVALID', message, { job: this.job })
    }
    const known = this.asked.get(name)
    if (known !== undefined && known.fallback !== fallback) {
      const message = `"${name}" is asked for twice, with the fallbacks ${known.fallback} and ${fallback}`
      throw new HeadraceError('HR_PARAMETER_CONFLICT', message, { job: this.job })
    }
    if (parsed(String(fallback), fallback, bounds) === undefined) {
      const message = `the fallback of parameter "${name}" is ${fallback}; allowed: ${allowed(fallback, bounds)}`
      throw new HeadraceError('HR_CONFIG_INVALID', message, { job: this.job })
    }
    const value = this.valueOf(name, fallback, bounds)
    this.asked.set(name, { name, value, fallback })
    return value
  }

  all(): Parameter[] {
    return [...this.asked.values()]
  }

  /** Throws if something is set that the job has not asked for, or that does not fit. */
  check(): void {
    const { asked, job } = this
    const known = asked.size === 0 ? 'it has none' : `its parameters are ${[...asked.keys()].join(', ')}`
    const unknown = Object.keys(this.set).find(name => !asked.has(name))
    if (unknown !== undefined) {
      const message = `the job has no parameter "${unknown}"; ${known}`
      throw new HeadraceError('HR_PARAMETER_UNKNOWN', message, { job })
    }
    const [misfit] = this.misfits
    if (misfit !== undefined) throw new HeadraceError('HR_PARAMETER_INVALID', `${misfit}; ${known}`, { job })
  }

  private valueOf(name: string, fallback: ParameterValue, bounds: Bounds): ParameterValue {
    if (!Object.hasOwn(this.set, name)) return fallback
    const text = this.set[name]
    const value = parsed(text, fallback, bounds)
    if (value === undefined) this.misfits.push(`${name} is "${text}"; allowed: ${allowed(fallback, bounds)}`)
    return value ?? fallback
  }
}

/** Undefined if the text is no value of the fallback's type, or out of bounds. */
function parsed(text: string, fallback: ParameterValue, bounds: Bounds): ParameterValue | undefined {
  const value = valueIn(text, fallback)
  if (value === undefined || bounds.oneOf?.includes(value) === false) return undefined
  if (typeof value !== 'number') return value
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = bounds
  return value >= min && value <= max ? value : undefined
}

function valueIn(text: string, fallback: ParameterValue): ParameterValue | undefined {
  if (typeof fallback === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined
  if (typeof fallback === 'number') {
    const isNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && Number.isFinite(Number(text))
    return isNumber ? Number(text) : undefined
  }
  return isDurationText(fallback) && !isDurationText(text) ? undefined : text
}

function allowed(fallback: ParameterValue, { min, max, oneOf }: Bounds): string {
  if (oneOf !== undefined) return oneOf.join(', ')
  if (typeof fallback === 'boolean') return 'true, false'
  if (typeof fallback === 'string') return "a duration as '250ms', '10s', '5m'"
  const [least, most] = [min !== undefined && `at least ${min}`, max !== undefined && `at most ${max}`]
  return ['a number', ...[least, most].filter(text => text !== false)].join(', ')
}
