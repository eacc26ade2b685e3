import { HeadraceError } from '../engine/errors.ts'
import type { Plan } from '../engine/graph/plan.ts'
import type { SourceSpec, TopicSpec } from '../engine/topic.ts'
import { loadJob, planJob } from './load-job.ts'

type AnyTopic = TopicSpec & Partial<Pick<SourceSpec, 'time'>>

/** How a job describes a topic that it reads or writes. */
export async function topicOfJob(file: string, topic: string, cwd: string): Promise<AnyTopic> {
  return topicIn(planJob(await loadJob(file, cwd)), topic)
}

export function topicIn(planned: Plan, topic: string): AnyTopic {
  const found = topicsOf(planned).find(({ name }) => name === topic)
  if (found !== undefined) return found
  const names = [...new Set(topicsOf(planned).map(({ name }) => name))]
  const message = `the job neither reads nor writes it; its topics are ${names.join(', ')}`
  throw new HeadraceError('HR_TOPIC_UNKNOWN', message, { job: planned.job.name, topic })
}

function topicsOf({ stages }: Plan): AnyTopic[] {
  const read = stages.flatMap(stage => stage.inputs.map(({ source }) => source))
  return [...read, ...stages.flatMap(stage => stage.terminals.map(terminal => terminal.topic))]
}
