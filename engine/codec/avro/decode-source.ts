import type { Field, Schema } from '../../batch/schema.ts'
import type { Reason } from './decode-draft.ts'
import { DecodeDraft } from './decode-draft.ts'
import type { Place } from './place-source.ts'
import { DecodePlaces } from './place-source.ts'
import type { ListPlan, Plan, RecordPlan, UnionPlan, VectorPlan } from './plan.ts'
import { ScalarReads } from './scalar-source.ts'

/** A generated decoder before it is compiled, with what it refers to. */
export interface DecodeSource {
  readonly source: string
  readonly reasons: readonly Reason[]
  readonly constants: readonly unknown[]
}

export interface DecodeShape {
  readonly plan: RecordPlan
  readonly reader: Schema
  readonly wanted: readonly boolean[]
  readonly framing: 'none' | 'confluent'
}

/** The source of a function that decodes the rows from `row` on, and stops at the first that it cannot accept. */
export function fastSource(shape: DecodeShape): DecodeSource {
  const { framing, reader } = shape
  const { draft, places } = writeRecord(shape, false)
  const isFramed = framing === 'confluent'
  const otherFrame = ' || end - begin < 5 || bytes[begin] !== 0 || view.getInt32(begin + 1) !== id'
  const source = `return function decode(bytes, view, starts, ends, row, rows, safe, id, level, constants, putDecimal) {
${indented(draft.hoisted, 1)}
  ${VARIABLES}
  rows: for (; row < rows; row++) {
${indented(places.marks, 2)}
    const begin = starts[row]
    if (begin < 0) continue
    const end = ends[row]
    if (end > safe${isFramed ? otherFrame : ''}) break
    let p = begin${isFramed ? ' + 5' : ''}
${draft.text}
  }
  if (row < rows) {
${indented(places.rollbacks, 2)}
  }
${indented(places.stores, 1)}
  return row
}
//# sourceURL=headrace/avro-decode/${reader.name}`
  return { source, reasons: [], constants: draft.constants }
}

/** The source of a function that decodes one row, looking at every byte, and gives the number of what is wrong. */
export function carefulSource(shape: DecodeShape): DecodeSource {
  const { framing, reader } = shape
  const { draft, places } = writeRecord(shape, true)
  const source = `return function decodeCarefully(bytes, view, begin, end, row, level, constants, putDecimal) {
${indented(draft.hoisted, 1)}
  ${VARIABLES}
  let p = begin${framing === 'confluent' ? ' + 5' : ''}
  let why = -1
  record: {
${draft.text}
  }
  if (why >= 0) return why
${indented(places.stores, 1)}
  return why
}
//# sourceURL=headrace/avro-decode-carefully/${reader.name}`
  return { source, reasons: draft.reasons, constants: draft.constants }
}

const VARIABLES = 'let b = 0, w = 0, low = 0, high = 0, top = 0'

function indented(lines: readonly string[], depth: number): string {
  return lines.map(line => '  '.repeat(depth) + line).join('\n')
}

function writeRecord({ plan, reader, wanted }: DecodeShape, careful: boolean) {
  const draft = new DecodeDraft(careful)
  const places = new DecodePlaces(draft)
  new RecordReads(draft, places).record(plan, (target, field) =>
    wanted[target] ? places.place(field, `level.columns[${target}]`, 'row', null) : null,
  )
  draft.text.add(
    `if (p !== end) ${draft.fail('HR_RECORD_UNDECODABLE', reader.name, 'there are bytes behind its end')}`,
  )
  return { draft, places }
}

/** Where the columns of a record's fields are; null for those that nobody wants. */
type PlaceOf = (target: number, field: Field) => Place | null

/** Writes the lines that read values made of others. */
class RecordReads {
  private readonly draft: DecodeDraft
  private readonly places: DecodePlaces
  private readonly scalars: ScalarReads

  constructor(draft: DecodeDraft, places: DecodePlaces) {
    this.draft = draft
    this.places = places
    this.scalars = new ScalarReads(draft)
  }

  record(plan: RecordPlan, placeOf: PlaceOf): void {
    for (const { plan: step, target } of plan.steps) {
      this.read(step, step.field === null ? null : placeOf(target, step.field))
    }
    for (const { target, field, value } of plan.missing) {
      const place = placeOf(target, field)
      if (place !== null) this.places.store(field, place, value)
    }
  }

  private read(plan: Plan, place: Place | null): void {
    const { text } = this.draft
    const isNull = plan.op === 'null' ? 1 : 0
    // Each branch of a union says itself whether it is null.
    if (place?.field.nullable && plan.op !== 'union') text.add(`nulls${place.id}[${place.index}] = ${isNull}`)
    switch (plan.op) {
      case 'null':
        break
      case 'mismatch':
        text.add(this.draft.fail('HR_SCHEMA_MISMATCH', plan.path, plan.message))
        break
      case 'union':
        this.union(plan, place)
        break
      case 'record':
        this.record(plan, (target, field) => place && this.places.within(place, target, field))
        break
      case 'list':
        this.list(plan, place)
        break
      case 'vector':
        this.vector(plan, place)
        break
      default:
        this.scalars.scalar(plan, place)
    }
  }

  private union({ branches, path }: UnionPlan, place: Place | null): void {
    const { draft, scalars } = this
    scalars.short(path, branches.length)
    branches.forEach((branch, k) => {
      draft.text.add(`${k === 0 ? '' : '} else '}if (low === ${2 * k}) {`)
      this.read(branch, place)
    })
    const message = `the union has ${branches.length} branches, and none of this number`
    draft.text.add('} else {', draft.fail('HR_RECORD_UNDECODABLE', path, message), '}')
  }

  private list(plan: ListPlan, place: Place | null): void {
    const { draft, places } = this
    const item = place === null ? null : places.items(place)
    const room = place === null ? [] : places.makeRoom(place, 'left')
    if (item !== null) draft.text.add(`start${place?.id}[${place?.index}] = ${item.index}`)
    this.blocks(plan.path, plan.itemBytes, room, () => {
      for (const step of plan.steps) this.read(step, item)
      if (item !== null) draft.text.add(`${item.index}++`)
    })
    if (item !== null) draft.text.add(`end${place?.id}[${place?.index}] = ${item.index}`)
  }

  private vector({ path, size, item }: VectorPlan, place: Place | null): void {
    const { draft, scalars } = this
    const fail = draft.fail('HR_SCHEMA_MISMATCH', path, `the array has not the ${size} items of the vector`)
    const next = place === null ? null : { ...place, index: `(${place.index}) * ${size} + filled` }
    draft.text.add('{', 'let filled = 0')
    this.blocks(path, 1, [`if (left > ${size} - filled) ${fail}`], () => {
      scalars.number(item, next)
      draft.text.add('filled++')
    })
    draft.text.add(`if (filled !== ${size}) ${fail}`, '}')
  }

  /** The blocks of an array or map: `left` counts down the items of one. */
  private blocks(path: string, itemBytes: number, before: readonly string[], item: () => void): void {
    const { draft, scalars } = this
    const tooMany = draft.fail('HR_RECORD_UNDECODABLE', path, 'it counts more items than there are bytes for')
    const wrongSize = draft.fail('HR_RECORD_UNDECODABLE', path, 'a block has not the size that it states')
    draft.text.add('for (;;) {')
    scalars.int(path)
    draft.text.add('if (low === 0) break', `let left = (low >>> 1) ^ -(low & 1)`, 'let blockEnd = -1')
    draft.text.add('if (left < 0) {', 'left = -left')
    scalars.int(path)
    draft.text.add(
      `if ((low & 1) !== 0 || (low >>> 1) > end - p) ${wrongSize}`,
      'blockEnd = p + (low >>> 1)',
      '}',
    )
    draft.text.add(`if (left${itemBytes === 1 ? '' : ` * ${itemBytes}`} > end - p) ${tooMany}`, ...before)
    draft.text.add('for (; left > 0; left--) {')
    item()
    draft.text.add('}', `if (blockEnd >= 0 && p !== blockEnd) ${wrongSize}`, '}')
  }
}
