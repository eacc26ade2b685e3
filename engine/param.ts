import { currentBuild } from './graph/build.ts'
import type { Bounds, ParameterValue } from './graph/parameters.ts'
import type { Job } from './job.ts'
import type { DurationText } from './time/duration.ts'

/** What a parameter with this fallback gives: a duration can be passed on as one. */
export type Parametric<V extends ParameterValue> = V extends number
  ? number
  : V extends boolean
    ? boolean
    : V extends DurationText
      ? DurationText
      : string

export interface NumberBounds {
  readonly min?: number
  readonly max?: number
}

/**
 * A value that can be set from outside, by `--set name=value`, `parameters` in the configuration, or `withParameters`;
 * else the fallback. It is of the fallback's type; where the fallback is a duration such as '5s', it is a duration.
 */
export function param<const V extends ParameterValue>(
  name: string,
  fallback: V,
  bounds: { readonly oneOf: readonly V[] },
): V
export function param(name: string, fallback: number, bounds: NumberBounds): number
export function param<const V extends ParameterValue>(name: string, fallback: V): Parametric<V>
export function param(name: string, fallback: ParameterValue, bounds: Bounds = {}): ParameterValue {
  return currentBuild('param').parameters.ask(name, fallback, bounds)
}

/** The same job with these parameters set; those that it had before stay, where they are not set anew. */
export function withParameters(job: Job, values: Readonly<Record<string, ParameterValue>>): Job {
  const texts = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]))
  return { ...job, parameters: { ...job.parameters, ...texts } }
}
