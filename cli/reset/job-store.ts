import type { Plan } from '../../engine/graph/plan.ts'
import { deadLetterTopic } from '../../engine/io/dead-letters.ts'
import type { JobRun } from '../../engine/run.ts'

/** What is kept of a job beside what it has written. */
export interface JobStore {
  /** Throws while somebody works on the job. */
  assertIdle(): Promise<void>
  /** What `forget` would drop, as people would call it. */
  kept(): Promise<string[]>
  /** Drops state, positions and what lies between the stages. */
  forget(): Promise<void>
  /** Opens the tasks as a run would, and stores what the change has made of them. */
  rewrite(resetSteps: readonly string[], change: (run: JobRun) => void): Promise<void>
}

export interface JobTopics {
  /** Of the job's sinks, and its dead letters. */
  readonly outputs: readonly string[]
  /** Those between two stages. */
  readonly between: readonly string[]
}

export function topicsOf({ job, stages }: Plan): JobTopics {
  const terminals = stages.flatMap(stage => stage.terminals)
  const ofKind = (wanted: string) =>
    terminals.filter(({ kind }) => kind === wanted).map(({ topic }) => topic.name)
  return { outputs: [...ofKind('sink'), deadLetterTopic(job.name)], between: ofKind('repartition') }
}
