import { HeadraceError } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import type { SchemaRegistry } from '../../engine/schema-registry.ts'
import type { TopicSpec } from '../../engine/topic.ts'
import type { Difference } from './difference.ts'
import type { Leaf } from './leaf.ts'
import { leavesOf } from './leaf.ts'
import { RowMatcher } from './match-rows.ts'
import type { Rank } from './ranked.ts'
import { RowLayout } from './row-layout.ts'
import { Extent, partsFor, Shelves } from './shelves.ts'
import type { RecordTimes, Side, SideName, Unread } from './side.ts'
import { SideReader } from './side-reader.ts'
import type { DecodedRows } from './staging.ts'
import { Tally } from './tally.ts'
import { bucketWidth, TimeTally } from './time-tally.ts'
import type { Tolerance } from './tolerance.ts'
import { ValueDifference } from './value-difference.ts'

const always: RecordTimes = { from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY }

/** Sees the rows of both sides as they are read. */
export type Witness = (side: SideName, rows: DecodedRows) => void

export interface DiffOptions {
  readonly a: Side
  readonly b: Side
  readonly spec: TopicSpec
  readonly registry?: SchemaRegistry | undefined
  /** Columns that tell rows apart; fields of nested records with a dot. Default: those of `defaultKey`. */
  readonly key?: readonly string[] | undefined
  readonly tolerances?: ReadonlyMap<string, Tolerance>
  /** Columns that are shown, but not compared. */
  readonly ignored?: readonly string[]
  /** Rows and keys that are listed. */
  readonly listed?: number
  /** Of event time; otherwise chosen so that there are not too many. */
  readonly bucketMs?: number | undefined
  /** Rows from `from` up to `until`, in event time. */
  readonly from?: number | undefined
  readonly until?: number | undefined
  /** Of the time of their records, alone: where one side covers more than the other. */
  readonly recorded?: RecordTimes | undefined
  readonly witnesses?: readonly Witness[]
}

/** Compares two outputs in memory that does not grow with them. */
export async function diffOutputs(options: DiffOptions, signal: AbortSignal): Promise<Difference> {
  const { a, b } = options
  const layout = layoutFor(options)
  const extent = new Extent(layout)
  const parts = partsFor(Math.max(recordsOf(a), recordsOf(b)))
  const sides: Shelves[] = []
  try {
    const unread: Unread[] = []
    for (const [name, side] of Object.entries({ a, b })) {
      const shelves = new Shelves(layout, parts)
      sides.push(shelves)
      unread.push(await readSide(options, layout, name as SideName, side, shelves, extent, signal))
    }
    const tally = compare(options, layout, extent, sides, parts, signal)
    return reportOf(options, layout, tally, sides, unread)
  } finally {
    for (const side of sides) side.close()
  }
}

/** The column of the record key, and that of the window or of the time, as far as the schema has them. */
export function defaultKey({ schema, key, fromKey }: TopicSpec): string[] {
  const entity = fromKey ?? (typeof key === 'string' ? key : undefined)
  const time = ['windowStart', 'ts'].find(name => schema.names.includes(name))
  return [...new Set([entity, time])].filter(name => name !== undefined)
}

function layoutFor({ spec, key = defaultKey(spec), ignored = [], tolerances }: DiffOptions): RowLayout {
  const leaves = leavesOf(spec.schema)
  const keys = key.flatMap(name => named(leaves, name, spec))
  const shown = ignored.flatMap(name => named(leaves, name, spec))
  for (const name of tolerances?.keys() ?? []) named(leaves, name, spec)
  if (keys.length === 0) {
    const message = 'nothing says which of its columns tell rows apart: name them as key'
    throw new HeadraceError('HR_USAGE', message, { topic: spec.name })
  }
  const compared = leaves.filter(leaf => !keys.includes(leaf) && !shown.includes(leaf))
  return new RowLayout(
    keys,
    compared,
    shown.filter(leaf => !keys.includes(leaf)),
  )
}

/** A column, with all that is in it. */
function named(leaves: readonly Leaf[], name: string, { schema, name: topic }: TopicSpec): Leaf[] {
  const found = leaves.filter(leaf => leaf.name === name || leaf.name.startsWith(`${name}.`))
  if (found.length > 0) return found
  const message = `${schema.name} has no column "${name}"; it has ${leaves.map(leaf => leaf.name).join(', ')}`
  throw new HeadraceError('HR_USAGE', message, { topic })
}

async function readSide(
  options: DiffOptions,
  layout: RowLayout,
  name: SideName,
  side: Side,
  shelves: Shelves,
  extent: Extent,
  signal: AbortSignal,
): Promise<Unread> {
  const { spec, registry, from, until, recorded, witnesses = [] } = options
  const timeLeaf = timeLeafOf(layout)
  const reader = new SideReader({
    ...{ spec, registry },
    timeColumn: timeLeaf === undefined ? null : timeLeaf.path[0],
    from: from ?? Number.NEGATIVE_INFINITY,
    until: until ?? Number.POSITIVE_INFINITY,
    recorded: recorded ?? always,
  })
  const take = (rows: DecodedRows) => {
    extent.take(rows)
    shelves.put(rows)
    for (const witness of witnesses) witness(name, rows)
  }
  await reader.read(side, take, signal)
  return reader.unread
}

/** The first time in the key: event time, unless there is none. */
function timeLeafOf(layout: RowLayout): Leaf | undefined {
  return layout.leaves.slice(0, layout.keys).find(isTime)
}

const isTime = ({ field, path }: Leaf) => field.kind === 'timestamp' && path.length === 1

function compare(
  options: DiffOptions,
  layout: RowLayout,
  extent: Extent,
  [a, b]: readonly Shelves[],
  parts: number,
  signal: AbortSignal,
): Tally {
  const { earliest, latest } = extent
  const { bucketMs = bucketWidth(earliest, latest), tolerances = new Map() } = options
  const tally = new Tally({
    ...{ layout, extent },
    values: new ValueDifference(layout, tolerances),
    time: new TimeTally(earliest, latest, bucketMs),
    listed: listedBy(options),
    entity: layout.leaves.flatMap((leaf, index) => (index < layout.keys && !isTime(leaf) ? [index] : [])),
  })
  const matcher = new RowMatcher(layout)
  for (let part = 0; part < parts; part++) {
    signal.throwIfAborted()
    matcher.match(a.load(part), b.load(part), tally)
    a.clear(part)
    b.clear(part)
  }
  return tally
}

function reportOf(
  options: DiffOptions,
  layout: RowLayout,
  tally: Tally,
  [a, b]: readonly Shelves[],
  [unreadA, unreadB]: readonly Unread[],
): Difference {
  const names = layout.leaves.map(({ name }) => name)
  const { equal, near, changed, lones, repeats, keys } = tally
  const { time, entity } = tally.options
  const isRead = [unreadA, unreadB].every(({ undecodable }) => undecodable === 0)
  return {
    topic: options.spec.name,
    names: { a: options.a.name, b: options.b.name },
    key: names.slice(0, layout.keys),
    compared: names.slice(layout.keys, layout.compared),
    ignored: names.slice(layout.compared),
    times: layout.leaves.filter(({ field }) => field.kind === 'timestamp').map(({ name }) => name),
    rows: { a: a.rows, b: b.rows },
    isEqual: isRead && changed + lones.a + lones.b === 0,
    ...{ equal, near, changed, onlyA: lones.a, onlyB: lones.b },
    repeated: repeats,
    unread: { a: unreadA, b: unreadB },
    fields: tally.fields.differences(),
    biggest: tally.biggest.items.map(unranked),
    firstOnlyA: tally.firstLone.a.items.map(({ time, row }) => ({ time, row })),
    firstOnlyB: tally.firstLone.b.items.map(({ time, row }) => ({ time, row })),
    byKey: {
      columns: entity.map(leaf => names[leaf]),
      count: keys.size,
      isRough: keys.isRough,
      top: keys.top(listedBy(options)),
    },
    overTime: { bucketMs: time.widthMs, buckets: time.buckets(), means: tally.means.means() },
  }
}

function unranked<R extends Rank>({ hash: _, ...rest }: R): Omit<R, 'hash'> {
  return rest
}

function listedBy({ listed = 10 }: DiffOptions): number {
  return Math.min(listed, limits.diffListed)
}

function recordsOf({ partitions }: Side): number {
  return partitions.reduce((sum, { start, end }) => sum + end - start, 0)
}
