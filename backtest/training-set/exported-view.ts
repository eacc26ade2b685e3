import type { Field } from '../../engine/batch/schema.ts'
import { HeadraceError } from '../../engine/errors.ts'
import type { Plan } from '../../engine/graph/plan.ts'
import type { FeatureViewSpec } from '../../engine/stores/feature-view.ts'

/** A view that a job writes to, and what tells its entities apart. */
export interface ExportedView {
  readonly spec: FeatureViewSpec
  readonly entity: Field
}

/** The views of these names, as `user-stats` or `user-stats@2`; all that the job writes to where none is named. */
export function exportedViews(planned: Plan, names: readonly string[]): ExportedView[] {
  const written = viewsOf(planned)
  const place = { job: planned.job.name }
  if (written.length === 0) throw new HeadraceError('HR_VIEW_UNKNOWN', 'the job writes to no view', place)
  if (names.length === 0) return written
  return names.map(name => {
    const found = written.filter(({ spec }) => name === spec.name || name === titleOf(spec))
    if (found.length === 1) return found[0]
    const list = written.map(({ spec }) => titleOf(spec)).join(', ')
    const what = found.length === 0 ? 'does not write to' : 'writes to several versions of'
    const message = `the job ${what} feature view "${name}"; there are ${list}`
    throw new HeadraceError('HR_VIEW_UNKNOWN', message, place)
  })
}

export function titleOf({ name, version }: Pick<FeatureViewSpec, 'name' | 'version'>): string {
  return `${name}@${version}`
}

/** The numbers of the stages that write to the views, and of those that these read from. */
export function stagesFor({ stages }: Plan, views: readonly ExportedView[]): Set<number> {
  const titles = new Set(views.map(({ spec }) => titleOf(spec)))
  const needed = new Set<number>()
  for (const stage of stages.toReversed()) {
    const writes = stage.storeEnds.some(
      ({ store }) => store.kind === 'features' && titles.has(titleOf(store)),
    )
    const feeds = stages.some(
      later =>
        needed.has(later.number) &&
        later.inputs.some(({ from }) => stage.terminals.some(({ id }) => id === from)),
    )
    if (writes || feeds) needed.add(stage.number)
  }
  return needed
}

/** What a step would have looked up at an earlier time is not known: views that depend on one have no history. */
export function refuseLookups({ job, stages, nodes }: Plan, views: readonly ExportedView[]): void {
  const titles = new Set(views.map(({ spec }) => titleOf(spec)))
  const ends = stages.flatMap(({ storeEnds }) => storeEnds)
  const sinks = ends.filter(({ store }) => store.kind === 'features' && titles.has(titleOf(store)))
  const seen = new Set(sinks.map(({ id }) => id))
  for (const id of seen) {
    const node = nodes.get(id)
    for (const before of node?.upstream ?? []) seen.add(before)
    if (node?.kind !== 'enrich') continue
    const message = `what the step would have found in ${node.detail ?? 'the store'} at the time of a label is not known`
    throw new HeadraceError('HR_EXPORT_LOOKUP', message, { job: job.name, step: id })
  }
}

function viewsOf({ stages, schemas }: Plan): ExportedView[] {
  const found = new Map<string, ExportedView>()
  for (const { id, store } of stages.flatMap(({ storeEnds }) => storeEnds)) {
    const entity = store.kind === 'features' ? schemas.get(id)?.fields[store.entity] : undefined
    if (store.kind === 'features' && entity !== undefined) found.set(titleOf(store), { spec: store, entity })
  }
  return [...found.values()]
}
