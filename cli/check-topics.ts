import { partitionsOf } from '../engine/assemble.ts'
import type { Plan } from '../engine/graph/plan.ts'
import type { Home } from '../engine/home.ts'
import { deadLetterTopic } from '../engine/io/dead-letters.ts'
import type { Deployment } from './config.ts'
import { sourceTopics } from './create-sources.ts'

export interface Known {
  readonly deployment: Deployment
  readonly planned: Plan
  readonly home: Home
}

/** The partitions of all topics of the job, as a run would find or create them. */
export async function checkTopics({ deployment, planned, home }: Known): Promise<string[]> {
  const sources = sourceTopics(planned)
  const partitions = new Map<string, number>()
  const lines: string[] = []
  const look = async (topic: string, otherwise: number) => {
    if (partitions.has(topic)) return
    const found = await home.partitions(topic)
    partitions.set(topic, found ?? otherwise)
    const count = partitions.get(topic) === 1 ? '1 partition' : `${partitions.get(topic)} partitions`
    lines.push(`${topic}: ${found === undefined ? `not there yet, a run creates it with ${count}` : count}`)
  }
  for (const topic of sources) await look(topic, deployment.partitions)
  for (const stage of planned.stages) {
    const count = partitionsOf(stage, partitions, planned.job.name)
    for (const { topic } of stage.terminals) await look(topic.name, count)
  }
  await look(deadLetterTopic(planned.job.name), 1)
  return lines
}
