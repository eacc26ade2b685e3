import { createHash } from 'node:crypto'
import { HeadraceError } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import { usageError } from '../flags.ts'
import { pairOf } from '../parameters.ts'

/** A parameter, and the values that it is to have one after the other. */
export interface Axis {
  readonly name: string
  readonly values: readonly string[]
}

/** A value of each axis, by the parameter's name. */
export type Point = Readonly<Record<string, string>>

/** The longest name of a directory that is made of values. */
const nameLength = 100

/** From `name=a,b,c`; what is given several times adds up. */
export function axesOf(texts: readonly string[]): Axis[] {
  const axes = new Map<string, string[]>()
  for (const { name, value } of texts.map(pairOf)) {
    axes.set(name, [...(axes.get(name) ?? []), ...value.split(',')])
  }
  for (const [name, values] of axes) {
    const twice = values.find((value, index) => values.indexOf(value) !== index)
    if (twice !== undefined) throw usageError(`--set gives ${name} the value "${twice}" twice`)
  }
  return [...axes].map(([name, values]) => ({ name, values }))
}

/** All combinations; the last axis changes fastest. */
export function gridOf(axes: readonly Axis[]): Point[] {
  const size = axes.reduce((product, { values }) => product * values.length, 1)
  if (size > limits.sweepCombinations) {
    const factors = axes.map(({ name, values }) => `${values.length} of ${name}`).join(' times ')
    const message = `${factors} are ${size} combinations; at most ${limits.sweepCombinations} are run`
    throw new HeadraceError('HR_SWEEP_SIZE', message)
  }
  return axes.reduce<Point[]>(
    (points, { name, values }) => points.flatMap(point => values.map(value => ({ ...point, [name]: value }))),
    [{}],
  )
}

/** A name for people, and for any file system; where values have to be changed for it, their hash tells them apart. */
export function directoryName(point: Point): string {
  const text = Object.entries(point)
    .map(([name, value]) => `${name}=${value}`)
    .join(',')
  const name = text.replaceAll(/[^a-zA-Z0-9._=,+-]/g, '_')
  if (name === text && name.length <= nameLength) return name
  return `${name.slice(0, nameLength)}-${createHash('sha256').update(text).digest('hex').slice(0, 8)}`
}
