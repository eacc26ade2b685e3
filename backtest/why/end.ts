import type { Schema } from '../../engine/batch/schema.ts'
import { HeadraceError } from '../../engine/errors.ts'
import type { Plan } from '../../engine/graph/plan.ts'
import { storeSchema } from '../../engine/stores/store-schema.ts'
import type { TopicSpec } from '../../engine/topic.ts'
import type { Target } from './target.ts'

/** A sink of a job, as far as rows are looked for there. */
export interface End {
  readonly id: string
  /** The topic, or the feature view. */
  readonly name: string
  /** The columns that it takes. */
  readonly schema: Schema
  readonly key: TopicSpec['key']
}

/** The sink that a target names. */
export function endOf(plan: Plan, { topic, sink }: Pick<Target, 'topic' | 'sink'>): End {
  const ends = endsOf(plan)
  const found =
    sink === undefined ? ends.find(end => end.topic === topic) : ends.find(({ id }) => id === sink)
  if (found !== undefined) return found
  const job = plan.job.name
  if (sink !== undefined) {
    const message = `there is no such sink of a topic or a feature view: there are ${ends.map(({ id }) => id).join(', ')}`
    throw new HeadraceError('HR_STEP_UNKNOWN', message, { job, step: sink })
  }
  const names = ends.flatMap(end => end.topic ?? []).join(', ')
  throw new HeadraceError('HR_TOPIC_UNKNOWN', `the job does not write it; it writes ${names}`, {
    job,
    ...(topic !== undefined && { topic }),
  })
}

function endsOf({ job, stages, schemas }: Plan): (End & { readonly topic?: string })[] {
  return stages.flatMap(({ terminals, storeEnds }) => [
    ...terminals
      .filter(({ kind }) => kind === 'sink')
      .map(({ id, topic }) => {
        const { name, schema, key, fromKey } = topic
        return { id, name, topic: name, schema, key: key ?? fromKey }
      }),
    ...storeEnds.flatMap(({ id, store }) => {
      const stream = schemas.get(id)
      if (store.kind !== 'features' || stream === undefined) return []
      const schema = storeSchema(store, stream, { job: job.name, step: id })
      return [{ id, name: store.name, schema, key: store.entity }]
    }),
  ])
}
