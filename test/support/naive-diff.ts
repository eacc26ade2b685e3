import type { Tolerance } from '../../backtest/diff/tolerance.ts'

export type NaiveRow = Readonly<Record<string, unknown>>

export interface NaiveField {
  changed: number
  unmeasured: number
  sum: number
  largest: number
  relativeSum: number
  largestRelative: number
}

export interface NaiveDiff {
  equal: number
  changed: number
  onlyA: number
  onlyB: number
  repeated: { a: { keys: number; rows: number }; b: { keys: number; rows: number } }
  fields: Record<string, NaiveField>
  byKey: Map<string, { changed: number; onlyA: number; onlyB: number }>
}

export interface NaiveOptions {
  readonly key: readonly string[]
  readonly entity: string
  readonly fields: readonly string[]
  readonly tolerances: ReadonlyMap<string, Tolerance>
  /** Lists whose numbers are compared one by one. */
  readonly fractionalLists: readonly string[]
}

/** The same as the real one, in memory and in the plainest way. */
export function naiveDiff(a: readonly NaiveRow[], b: readonly NaiveRow[], options: NaiveOptions): NaiveDiff {
  const { key, entity, fields } = options
  const none = () => ({ changed: 0, unmeasured: 0, sum: 0, largest: 0, relativeSum: 0, largestRelative: 0 })
  const found: NaiveDiff = {
    ...{ equal: 0, changed: 0, onlyA: 0, onlyB: 0 },
    repeated: { a: { keys: 0, rows: 0 }, b: { keys: 0, rows: 0 } },
    fields: Object.fromEntries(fields.map(field => [field, none()])),
    byKey: new Map(),
  }
  const [inA, inB] = [grouped(a, key), grouped(b, key)]
  const count = (row: NaiveRow, what: 'changed' | 'onlyA' | 'onlyB') => {
    found[what]++
    const name = String(row[entity])
    const counts = found.byKey.get(name) ?? { changed: 0, onlyA: 0, onlyB: 0 }
    counts[what]++
    found.byKey.set(name, counts)
  }
  for (const name of new Set([...inA.keys(), ...inB.keys()])) {
    const [ofA, ofB] = [inA.get(name) ?? [], inB.get(name) ?? []]
    for (const [side, rows] of [
      ['a', ofA],
      ['b', ofB],
    ] as const) {
      if (rows.length < 2) continue
      found.repeated[side].keys++
      found.repeated[side].rows += rows.length - 1
    }
    for (let index = 0; index < Math.max(ofA.length, ofB.length); index++) {
      const [one, other] = [ofA[index], ofB[index]]
      if (other === undefined) count(one!, 'onlyA')
      else if (one === undefined) count(other, 'onlyB')
      else if (isPairEqual(one, other, found, options)) found.equal++
      else count(one, 'changed')
    }
  }
  return found
}

function grouped(rows: readonly NaiveRow[], key: readonly string[]): Map<string, NaiveRow[]> {
  const groups = new Map<string, NaiveRow[]>()
  for (const row of rows) {
    const name = JSON.stringify(key.map(column => keyText(row[column])))
    groups.set(name, [...(groups.get(name) ?? []), row])
  }
  return groups
}

function keyText(value: unknown): string {
  return `${typeof value} ${value === 0 ? 0 : value instanceof Float32Array ? [...value] : String(value)}`
}

function isPairEqual(a: NaiveRow, b: NaiveRow, found: NaiveDiff, options: NaiveOptions): boolean {
  let isEqual = true
  for (const field of options.fields) {
    const tolerance = options.tolerances.get(field) ?? { absolute: 0, relative: 0 }
    const difference = differenceOf(a[field], b[field], tolerance, options.fractionalLists.includes(field))
    if (difference === 'none') continue
    isEqual = false
    const tally = found.fields[field]!
    tally.changed++
    if (difference === 'unmeasured') {
      tally.unmeasured++
      continue
    }
    tally.sum += difference.by
    tally.relativeSum += difference.relative
    tally.largest = Math.max(tally.largest, difference.by)
    tally.largestRelative = Math.max(tally.largestRelative, difference.relative)
  }
  return isEqual
}

type NaiveDifference = 'none' | 'unmeasured' | { by: number; relative: number }

function differenceOf(a: unknown, b: unknown, tolerance: Tolerance, isFractional = false): NaiveDifference {
  if (a === null || b === null) return a === b ? 'none' : 'unmeasured'
  if (typeof a === 'number' && typeof b === 'number') {
    if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return 'none'
    const by = Math.abs(a - b)
    const size = Math.max(Math.abs(a), Math.abs(b))
    if (!Number.isFinite(by)) return 'unmeasured'
    return by <= tolerance.absolute || by <= tolerance.relative * size ? 'none' : { by, relative: by / size }
  }
  if (typeof a === 'bigint' && typeof b === 'bigint') {
    if (a === b) return 'none'
    const by = Math.abs(Number(a - b))
    return { by, relative: by / Math.max(Math.abs(Number(a)), Math.abs(Number(b))) }
  }
  if (isFractional && Array.isArray(a) && Array.isArray(b)) {
    if (a.length !== b.length) return 'unmeasured'
    const all = a.map((one, index) => differenceOf(one, b[index], tolerance)).filter(one => one !== 'none')
    if (all.length === 0) return 'none'
    if (all.includes('unmeasured')) return 'unmeasured'
    const measured = all as { by: number; relative: number }[]
    const most = (name: 'by' | 'relative') => Math.max(...measured.map(one => one[name]))
    return { by: most('by'), relative: most('relative') }
  }
  return JSON.stringify(a) === JSON.stringify(b) ? 'none' : 'unmeasured'
}
