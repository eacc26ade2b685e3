import type { FlatFold, ObjectFold } from './aggregate.ts'
import type { Lanes } from './lanes.ts'

type LaneValues = readonly (Float64Array | unknown[])[]
type LaneNulls = readonly (Uint8Array | null)[]

/** The generated functions of one step: straight code over its aggregates, so that V8 sees each cell's place. */
export interface FoldCode {
  add(
    cells: Float64Array,
    objects: readonly unknown[][],
    slots: Int32Array,
    from: number,
    to: number,
    dirty: Uint8Array,
    lanes: LaneValues,
    nulls: LaneNulls,
  ): void
  merge(
    cells: Float64Array,
    objects: readonly unknown[][],
    to: number,
    otherCells: Float64Array,
    otherObjects: readonly unknown[][],
    from: number,
  ): void
  /** Adds slot i of the others to slot `targets[i]`, for the first `count`. */
  mergeAll(
    cells: Float64Array,
    objects: readonly unknown[][],
    targets: Int32Array,
    otherCells: Float64Array,
    otherObjects: readonly unknown[][],
    count: number,
  ): void
  results(cells: Float64Array, slots: Int32Array, count: number, out: readonly Float64Array[]): void
}

interface Flat {
  readonly name: string
  readonly fold: FlatFold
  readonly first: number
}

interface Held {
  readonly name: string
  readonly fold: ObjectFold<unknown, unknown>
  readonly index: number
}

export function compileFold(
  step: string,
  width: number,
  flat: readonly Flat[],
  objects: readonly Held[],
  lanes: Lanes,
): FoldCode {
  const folds = objects.map(part => part.fold)
  const source = foldSource(step, width, flat, objects, lanes)
  return (new Function('folds', source) as (folds: unknown) => FoldCode)(folds)
}

const cell = (array: string, base: string, index: number) =>
  `${array}[${index === 0 ? base : `${base} + ${index}`}]`
const cellsOf = (part: Flat, array: string, base: string) =>
  part.fold.init.map((_, k) => cell(array, base, part.first + k))

/** The source, as it is compiled. */
export function foldSource(
  step: string,
  width: number,
  flat: readonly Flat[],
  objects: readonly Held[],
  lanes: Lanes,
): string {
  return `return {
  add(cells, objects, slots, from, to, dirty, lanes, nulls) {
${lanes.inputs.map((_, k) => `    const v${k} = lanes[${k}], z${k} = nulls[${k}]`).join('\n')}
${objects.map(({ index }) => `    const o${index} = objects[${index}]`).join('\n')}
    for (let i = from; i < to; i++) {
      const slot = slots[i]
      const base = slot * ${width}
      dirty[slot] = 1
${flat.map(part => `      ${guarded(lanes, part.name, part.fold.add(cellsOf(part, 'cells', 'base'), valuesOf(lanes, part.name)))}`).join('\n')}
${objects.map(({ name, index }) => `      ${guarded(lanes, name, `o${index}[slot] = folds[${index}].add(${[`o${index}[slot]`, ...valuesOf(lanes, name)].join(', ')})`)}`).join('\n')}
    }
  },
  merge(cells, objects, to, otherCells, otherObjects, from) {
    const base = to * ${width}, other = from * ${width}
${mergeSource(flat, objects, '    ')}
  },
  mergeAll(cells, objects, targets, otherCells, otherObjects, count) {
    for (let from = 0, other = 0; from < count; from++, other += ${width}) {
      const to = targets[from]
      const base = to * ${width}
${mergeSource(flat, objects, '      ')}
    }
  },
  results(cells, slots, count, out) {
${flat.map((_, k) => `    const r${k} = out[${k}]`).join('\n')}
    for (let i = 0; i < count; i++) {
      const base = slots[i] * ${width}
${flat.map((part, k) => `      r${k}[i] = ${part.fold.result(cellsOf(part, 'cells', 'base'))}`).join('\n')}
    }
  },
}
//# sourceURL=headrace/fold/${step.replace(/[^\w.-]/g, '_')}`
}

function mergeSource(flat: readonly Flat[], objects: readonly Held[], indent: string): string {
  const numbers = flat.map(part =>
    part.fold.merge(cellsOf(part, 'cells', 'base'), cellsOf(part, 'otherCells', 'other')),
  )
  const held = objects.map(
    ({ index }) =>
      `objects[${index}][to] = folds[${index}].merge(objects[${index}][to], otherObjects[${index}][from])`,
  )
  return [...numbers, ...held].map(statement => `${indent}{ ${statement} }`).join('\n')
}

const valuesOf = (lanes: Lanes, name: string) => lanes.of(name).map(lane => `v${lane}[i]`)

/** A statement that runs only where none of the aggregate's inputs is null. */
function guarded(lanes: Lanes, name: string, statement: string): string {
  const tests = lanes
    .of(name)
    .filter(lane => lanes.mayBeNull(lane))
    .map(lane => `(z${lane} === null || z${lane}[i] === 0)`)
  return `${tests.length === 0 ? '' : `if (${tests.join(' && ')}) `}{ ${statement} }`
}
