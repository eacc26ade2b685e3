import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pinned } from '../../backtest/pinned-models.ts'
import { AsOfRun } from '../../backtest/training-set/as-of-run.ts'
import { exportRows } from '../../backtest/training-set/export.ts'
import { LabelShelf } from '../../backtest/training-set/label-shelf.ts'
import { OutputFile } from '../../backtest/training-set/output-file.ts'
import { openRowFile } from '../../backtest/training-set/row-file.ts'
import { TrainingColumns } from '../../backtest/training-set/training-columns.ts'
import type { Plan } from '../../engine/graph/plan.ts'
import type { FeatureStore } from '../../engine/stores/feature-store.ts'
import type { Deployment } from '../config.ts'
import { openRegistry } from '../home.ts'
import { openModels } from '../models.ts'
import type { Place } from '../place/place.ts'
import { readOnly } from '../replay/history.ts'
import { marksOf } from '../replay/marks.ts'
import { scopeOf } from '../replay/perform.ts'
import type { RangeChoice } from '../replay/range-flags.ts'
import type { TrainingSetChoice } from './flags.ts'
import { shelveLabels } from './labels-file.ts'
import type { ExportProgress } from './progress.ts'

export interface ExportRequest {
  readonly planned: Plan
  readonly choice: TrainingSetChoice
  readonly range: RangeChoice
  /** Where the history is. */
  readonly place: Place
  readonly deployment: Deployment
  readonly progress: ExportProgress
  readonly signal: AbortSignal
}

export interface Exported {
  readonly rows: number
  /** Labels that lie outside of the stretch. */
  readonly outside: number
  /** Records that were read. */
  readonly read: number
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  /** Rows that have any feature of a view. */
  readonly views: readonly { readonly view: string; readonly version: number; readonly found: number }[]
}

/** Writes the training set, in a directory for the time being that nothing is left of. */
export async function exportTrainingSet(request: ExportRequest): Promise<Exported> {
  const dir = mkdtempSync(join(tmpdir(), 'headrace-export-'))
  try {
    return await exportIn(dir, request)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

async function exportIn(dir: string, request: ExportRequest): Promise<Exported> {
  const { choice, range } = request
  await using cleanup = new AsyncDisposableStack()
  const labels = cleanup.adopt(new LabelShelf(dir), shelf => shelf.close())
  const outside = await shelveLabels(choice, range, labels)
  const { SqliteFeatures } = await import('../../connectors/sqlite/features.ts')
  const clock = { now: Number.NEGATIVE_INFINITY }
  const features = cleanup.adopt(new SqliteFeatures({ dir, fsync: 'never' }, () => clock.now), store =>
    store.close(),
  )
  const run = cleanup.adopt(await openRun(request, features, cleanup), opened => opened.close())
  const columns = new TrainingColumns({ ...choice, labels: labels.fields })
  const out = cleanup.adopt(new OutputFile(choice.out), file => file.discard())
  const file = await openRowFile(choice.ending, out, columns.schema)
  const tellTime = (time: number) => {
    clock.now = time
  }
  const parts = { ...choice, run, features, columns, file, tellTime, labels: labels.inOrder() }
  let rows = 0
  request.progress.start(labels.count, () => ({ rows, read: run.read }))
  for await (const count of exportRows(parts)) rows = count
  out.keep()
  const { names, fields } = columns.schema
  return {
    rows,
    outside,
    read: run.read,
    columns: names.map(name => ({ name, type: fields[name].kind })),
    views: choice.views.map(({ spec: { name, version } }, index) => ({
      ...{ view: name, version, found: columns.found[index] },
    })),
  }
}

async function openRun(
  { planned, choice, range, place, deployment, progress, signal }: ExportRequest,
  features: FeatureStore,
  cleanup: AsyncDisposableStack,
): Promise<AsOfRun> {
  const note = (text: string) => progress.note(text)
  const schemas = cleanup.adopt(openRegistry(deployment, note), registry => registry?.close())
  const models = cleanup.adopt(openModels(deployment, note), opened => opened.close())
  // The labels end where it is to end: the embedded log finds no more than the batch of a time.
  const asked = { ...range.asked, until: { moment: 'latest' as const } }
  const scope = await scopeOf({ ...range, asked, place, deployment }, planned)
  const stretches = Object.entries(scope.stretches)
  return AsOfRun.open(
    {
      ...{ planned, features, schemas },
      views: choice.views,
      models: pinned(models, scope.models),
      history: readOnly(place),
      ranges: new Map(
        stretches.map(([topic, parts]) => [
          topic,
          parts.map(({ warmup, until }) => ({ from: warmup, until })),
        ]),
      ),
      marks: await marksOf(planned, place, scope.stretches),
    },
    signal,
  )
}
