import type { Layout } from '../../batch/columns.ts'
import { layoutOf } from '../../batch/columns.ts'
import type { Field } from '../../batch/schema.ts'
import { HeadraceError } from '../../errors.ts'
import type { DecodeDraft } from './decode-draft.ts'

/** Where a value goes: the variables of its column end in `id`, and `index` is its place in them. */
export interface Place {
  readonly field: Field
  readonly id: number
  readonly index: string
  /** Lines that take the column's arrays again after they grew; null for columns of the rows, which never do. */
  readonly reloads: string[] | null
}

const parts: Record<Layout, readonly string[]> = {
  number: ['values'],
  int: ['values'],
  bool: ['values'],
  float: ['values'],
  vector: ['values'],
  bigint: ['words'],
  bytes: ['start', 'end'],
  array: ['start', 'end'],
  record: [],
}

/** Takes columns apart into variables before the loop, and stores in them what is known beforehand. */
export class DecodePlaces {
  /** Lines for each row's start, for where a row was left halfway, and behind the loop. */
  readonly marks: string[] = []
  readonly rollbacks: string[] = []
  readonly stores: string[] = []
  private readonly draft: DecodeDraft
  private readonly known = new Map<string, Place>()

  constructor(draft: DecodeDraft) {
    this.draft = draft
  }

  /** `access` is an expression for the column. */
  place(field: Field, access: string, index: string, reloads: string[] | null): Place {
    const known = this.known.get(access)
    if (known !== undefined) return known
    const place = { field, id: this.known.size, index, reloads }
    this.known.set(access, place)
    const names = [...parts[layoutOf(field)], ...(field.nullable ? ['nulls'] : [])]
    const loads = names.map(name => `${name}${place.id} = column${place.id}.${name}`)
    this.draft.hoisted.push(`const column${place.id} = ${access}`, ...loads.map(load => `let ${load}`))
    reloads?.push(...loads)
    // At once, so that all is known that has to be taken again after growing.
    if (field.kind === 'record') {
      fieldsOf(field).forEach((inner, target) => {
        this.within(place, target, inner)
      })
    }
    return place
  }

  within(record: Place, target: number, field: Field): Place {
    return this.place(field, `column${record.id}.fields[${target}]`, record.index, record.reloads)
  }

  /** Where the next item of an array goes. */
  items(array: Place): Place {
    const { id, field } = array
    const access = `column${id}.items.columns[0]`
    const count = `count${id}`
    if (!this.known.has(access)) {
      this.draft.hoisted.push(`const items${id} = column${id}.items`)
      this.draft.hoisted.push(
        `let ${count} = items${id}.count, capacity${id} = items${id}.capacity, mark${id} = 0`,
      )
      this.marks.push(`mark${id} = ${count}`)
      this.rollbacks.push(`${count} = mark${id}`)
      this.stores.push(`items${id}.count = ${count}`)
    }
    return this.place(field.item as Field, access, count, [])
  }

  makeRoom(array: Place, more: string): string[] {
    const { id } = array
    return [
      `if (count${id} + ${more} > capacity${id}) {`,
      `items${id}.grow(count${id} + ${more}, count${id})`,
      `capacity${id} = items${id}.capacity`,
      ...(this.items(array).reloads ?? []),
      '}',
    ]
  }

  /** Stores the same value for every record. */
  store(field: Field, place: Place, value: unknown): void {
    const { draft } = this
    const { id, index } = place
    if (field.nullable) draft.text.add(`nulls${id}[${index}] = ${value === null ? 1 : 0}`)
    if (value === null) return
    switch (layoutOf(field)) {
      case 'bigint':
        this.storeBigint(place, BigInt(value as bigint))
        break
      case 'bytes':
        this.storeAside(field, place, value)
        break
      case 'vector':
        draft.text.add(`values${id}.set(${draft.constant(value)}, (${index}) * ${field.size})`)
        break
      case 'array':
        this.storeArray(place, value as readonly unknown[])
        break
      case 'record':
        this.storeRecord(field, place, value as Record<string, unknown>)
        break
      default:
        draft.text.add(`values${id}[${index}] = ${draft.constant(scalar(field, value))}`)
    }
  }

  private storeBigint({ id, index }: Place, value: bigint): void {
    const [low, high] = [BigInt.asIntN(32, value), BigInt.asIntN(32, value >> 32n)]
    this.draft.text.add(`words${id}[2 * ${index}] = ${low}`, `words${id}[2 * ${index} + 1] = ${high}`)
  }

  private storeAside(field: Field, { id, index }: Place, value: unknown): void {
    const bytes = field.kind === 'bytes' ? (value as Uint8Array) : Buffer.from(String(value))
    const { draft } = this
    const constant = draft.constant(bytes)
    const kept = `kept${draft.hoisted.length}`
    draft.hoisted.push(`const ${kept} = column${id}.keepAside(${constant})`)
    draft.text.add(`start${id}[${index}] = ${kept}`, `end${id}[${index}] = ${kept} - ${bytes.length}`)
  }

  private storeArray(place: Place, values: readonly unknown[]): void {
    const { id, index } = place
    const { text } = this.draft
    const item = this.items(place)
    text.add(`start${id}[${index}] = ${item.index}`)
    if (values.length > 0) text.add(...this.makeRoom(place, String(values.length)))
    for (const value of values) {
      this.store(item.field, item, value)
      text.add(`${item.index}++`)
    }
    text.add(`end${id}[${index}] = ${item.index}`)
  }

  private storeRecord(field: Field, place: Place, value: Record<string, unknown>): void {
    const names = Object.keys(field.fields ?? {})
    fieldsOf(field).forEach((inner, target) => {
      this.store(inner, this.within(place, target, inner), value[names[target]] ?? inner.default ?? null)
    })
  }
}

function fieldsOf(record: Field): readonly Field[] {
  return Object.values(record.fields ?? {})
}

function scalar(field: Field, value: unknown): number {
  if (field.kind === 'boolean') return value === true ? 1 : 0
  if (field.kind !== 'enum') return value as number
  const code = field.values?.indexOf(String(value)) ?? -1
  if (code < 0)
    throw new HeadraceError(
      'HR_SCHEMA_MISMATCH',
      `the default ${value} is none of ${field.values?.join(', ')}`,
    )
  return code
}
