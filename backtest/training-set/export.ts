import { limits } from '../../engine/limits.ts'
import type { FeatureStore, StoredFeature } from '../../engine/stores/feature-store.ts'
import type { AsOfRun } from './as-of-run.ts'
import type { Label } from './label.ts'
import { entityOf } from './label.ts'
import type { RowFile } from './row-file.ts'
import type { JoinedView, TrainingColumns } from './training-columns.ts'

export interface ExportParts {
  /** By their times. */
  readonly labels: Iterable<Label>
  readonly run: AsOfRun
  /** Where the run has its views. */
  readonly features: FeatureStore
  readonly views: readonly JoinedView[]
  readonly columns: TrainingColumns
  readonly file: RowFile
  /** How long what comes takes to be seen. */
  readonly delayMs: number
  /** Tells at which time of day views are read: that of the label. */
  readonly tellTime: (time: number) => void
}

/** Writes a row for each label: what it says, and the features as they were then. Gives their number as it grows. */
export async function* exportRows(parts: ExportParts): AsyncGenerator<number, void, undefined> {
  const { labels, run, features, views, columns, file, delayMs, tellTime } = parts
  const rowsAtOnce = Math.ceil(limits.exportGroupValues / widthOf(columns))
  let rows = 0
  for (const group of groupsOf(labels)) {
    const [{ time }] = group
    tellTime(time)
    await run.moveTo(time - delayMs)
    const found = await Promise.all(views.map(view => featuresOf(view, group, features)))
    group.forEach((label, index) => {
      columns.add(
        label,
        found.map(answer => answer[index]),
      )
    })
    if (columns.rows >= rowsAtOnce) await file.write(columns.take())
    rows += group.length
    yield rows
  }
  if (columns.rows > 0) await file.write(columns.take())
  await file.finish()
}

async function featuresOf(
  { spec: { name, version }, column, entity }: JoinedView,
  group: readonly Label[],
  features: FeatureStore,
): Promise<readonly (readonly StoredFeature[])[]> {
  const entities = group.map(({ record }) => entityOf(record, column, entity))
  const { rows } = await features.get({ view: name, version, entities })
  return rows
}

/** Labels of one time, not too many together. */
function* groupsOf(labels: Iterable<Label>): Generator<Label[], void, undefined> {
  let group: Label[] = []
  for (const label of labels) {
    if (group.length > 0 && (label.time !== group[0].time || group.length >= limits.lookupEntities)) {
      yield group
      group = []
    }
    group.push(label)
  }
  if (group.length > 0) yield group
}

/** Values in a row, those of vectors one by one. */
function widthOf({ schema: { names, fields } }: TrainingColumns): number {
  return names.reduce((sum, name) => sum + (fields[name].size ?? 1), 0)
}
