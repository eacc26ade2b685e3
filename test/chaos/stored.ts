import type { StoreOptions } from '../../cli/stores.ts'
import { openFeatureStore, openSeriesStore } from '../../cli/stores.ts'
import type { FsyncPolicy } from '../../connectors/log/writer-options.ts'
import type { FeatureStore } from '../../engine/stores/feature-store.ts'
import type { FeatureView } from '../../engine/stores/feature-view.ts'
import type { Series } from '../../engine/stores/series.ts'
import type { SeriesStore } from '../../engine/stores/series-store.ts'
import type { Outcome } from './outputs.ts'
import type { Subject } from './subject.ts'

/** A value with its event time. */
export interface Stamped {
  readonly value: unknown
  readonly time: number | null
}

/** Stores in a directory, without servers. */
export function embeddedStores(dir: string, fsync: FsyncPolicy): StoreOptions {
  const embedded = { dir, fsync: fsync === 'never' ? fsync : ('commit' as const) }
  return { redis: undefined, influx: undefined, embedded }
}

/** What lies in the stores, as text to compare: entities with each value and its event time, and points. */
export async function storedOutcome({ views, series }: Subject, options: StoreOptions): Promise<Outcome> {
  const outcome = new Map<string, readonly string[]>()
  const ignore = () => {}
  const features = await openFeatureStore(options, ignore)
  const points = await openSeriesStore(options, ignore)
  try {
    for (const { view, entities } of views) {
      outcome.set(`view ${view.name}`, await entitiesIn(features, view, entities))
    }
    for (const one of series) outcome.set(`series ${one.name}`, await pointsIn(points, one))
  } finally {
    await Promise.all([features.close(), points.close()])
  }
  return outcome
}

async function entitiesIn(store: FeatureStore, view: FeatureView, count: number): Promise<string[]> {
  const entities = Array.from({ length: count }, (_, entity) => entity)
  const { fields, rows } = await store.get({ view: view.name, entities })
  const found = new Map<unknown, Map<string, Stamped>>()
  rows.forEach((row, entity) => {
    row.forEach(({ state, value, time }, k) => {
      if (state === 'missing') return
      const known = found.getOrInsertComputed(entity, () => new Map())
      known.set(fields[k], { value: state === 'ok' ? value : state, time })
    })
  })
  return entityLines(found)
}

async function pointsIn(store: SeriesStore, { name }: Series): Promise<string[]> {
  const { points, isCut } = await store.query({ series: name })
  if (isCut) throw new Error(`series ${name} has more points than are compared`)
  return points.map(({ time, tags, values }) => pointLine(time, tags, values)).sort()
}

export function entityLines(entities: ReadonlyMap<unknown, ReadonlyMap<string, Stamped>>): string[] {
  return [...entities]
    .map(([entity, fields]) => {
      const sorted = [...fields].sort(([a], [b]) => (a < b ? -1 : 1))
      return `${entity}: ${sorted.map(([name, { value, time }]) => `${name} ${value} of ${time}`).join(', ')}`
    })
    .sort()
}

export function pointLine(time: number, tags: object, values: object): string {
  const text = (columns: object) =>
    Object.entries(columns)
      .map(([name, value]) => `${name}=${value}`)
      .sort()
      .join(' ')
  return `${time} ${text(tags)}: ${text(values)}`
}
