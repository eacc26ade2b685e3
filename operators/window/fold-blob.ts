import { HeadraceError } from '../../engine/errors.ts'
import type { StateWriter } from '../../engine/state/blob/blob.ts'
import type { StateTable } from '../../engine/state/blob/blob-table.ts'
import type { Accumulator, FoldStates } from '../aggregates/accumulator.ts'

type Parts = Readonly<Record<string, string>>

/** Writes what the object folds hold for the given slots, a column of JSON text each. */
export function writeObjects(
  writer: StateWriter,
  accumulator: Accumulator,
  states: FoldStates,
  slots: Int32Array,
): void {
  for (const { name, fold, index } of accumulator.objects) {
    const list = states.objects[index] as unknown[]
    writer.strings(
      `fold/${name}`,
      Array.from(slots, slot => JSON.stringify(fold.save(list[slot]))),
    )
  }
}

export function readObjects(
  table: StateTable,
  accumulator: Accumulator,
  stored: Parts,
  states: FoldStates,
  slots: Int32Array,
): void {
  for (const { name, fold, index } of accumulator.objects) {
    if (stored[name] !== accumulator.parts[name]) continue
    const list = states.objects[index] as unknown[]
    table.strings(`fold/${name}`)?.forEach((text, i) => {
      list[slots[i]] = fold.load(JSON.parse(text))
    })
  }
}

/**
 * An aggregate that was added starts empty in the windows that are open. One that then has no value to give,
 * such as a maximum, would end them with an infinity, so that a job with such windows is refused.
 */
export function checkAdded(step: string, accumulator: Accumulator, stored: Parts): void {
  const name = accumulator.withoutValue().find(one => stored[one] !== accumulator.parts[one])
  if (name === undefined) return
  const message = `windows are open that the added aggregate "${name}" has no value for: give it a nullable field`
  throw new HeadraceError('HR_STATE_INCOMPATIBLE', message, { step })
}

/** Stored cells have the places of the aggregates as they were; each goes to where its aggregate is now. */
export function readCells(
  table: StateTable,
  accumulator: Accumulator,
  stored: Parts,
  states: FoldStates,
  slots: Int32Array,
): void {
  const cells = table.f64('cells')
  if (cells === undefined) return
  const before = placesOf(stored)
  const { width, flat, parts } = accumulator
  for (const { name, first, fold } of flat) {
    const from = before.places.get(name)
    if (from === undefined || stored[name] !== parts[name]) continue
    for (let i = 0; i < table.rows; i++) {
      for (let k = 0; k < fold.init.length; k++) {
        states.cells[slots[i] * width + first + k] = cells[i * before.width + from + k]
      }
    }
  }
}

/** Where the cells of each flat aggregate begin, from the parts of a shape: `name/width/type`. */
function placesOf(parts: Parts): { places: Map<string, number>; width: number } {
  const places = new Map<string, number>()
  let width = 0
  for (const [name, part] of Object.entries(parts)) {
    const cells = Number(part.split('/')[1])
    if (Number.isNaN(cells)) continue
    places.set(name, width)
    width += cells
  }
  return { places, width }
}
