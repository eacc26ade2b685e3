import { partitionsOf } from '../engine/assemble.ts'
import { auditTopic } from '../engine/audit/audit-entry.ts'
import { HeadraceError } from '../engine/errors.ts'
import type { Plan } from '../engine/graph/plan.ts'
import { deadLetterTopic } from '../engine/io/dead-letters.ts'
import type { Deployment } from './config.ts'
import { sourceTopics } from './create-sources.ts'
import { kafkaOptions } from './home.ts'
import type { Place } from './place/place.ts'

export interface Known {
  readonly deployment: Deployment
  readonly planned: Plan
  readonly place: Place
}

/** The partitions of all topics of the job, as a run would find or create them. */
export async function checkTopics({ deployment, planned, place }: Known): Promise<string[]> {
  const kafka = kafkaOptions(deployment)
  const onLog = kafka === undefined
  const { name: job } = planned.job
  const partitions = new Map<string, number>()
  const lines: string[] = []
  const look = async (topic: string, otherwise: number, isMade: boolean) => {
    if (partitions.has(topic)) return
    const found = await place.partitions(topic)
    if (found === undefined && !isMade) {
      throw new HeadraceError('HR_TOPIC_UNKNOWN', `it is not there, and a run does not create it`, {
        job,
        topic,
      })
    }
    const count = found ?? otherwise
    partitions.set(topic, count)
    const text = count === 1 ? '1 partition' : `${count} partitions`
    lines.push(`${topic}: ${found === undefined ? `not there yet, a run creates it with ${text}` : text}`)
  }
  for (const topic of sourceTopics(planned)) await look(topic, deployment.partitions, onLog)
  for (const stage of planned.stages) {
    const count = partitionsOf(stage, partitions, job)
    for (const { topic, kind, partitions: own } of stage.terminals) {
      const allowed = onLog || kind === 'repartition' || kafka.createTopics !== undefined
      const ofOutput = kind === 'sink' ? kafka?.createTopics?.partitions : undefined
      await look(topic.name, own ?? ofOutput ?? count, allowed)
    }
  }
  await look(deadLetterTopic(job), 1, true)
  if (planned.job.options.audit) await look(auditTopic(job), 1, true)
  return lines
}
