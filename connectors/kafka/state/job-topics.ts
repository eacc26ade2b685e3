/** Where the checkpoints of a stage's tasks lie: the partition is that of the task. */
export function stateTopic(job: string, stage: number): string {
  return `${job}.state.${stage}`
}

/** The job whose state a topic holds; undefined for any other topic. */
export function jobOfState(topic: string): string | undefined {
  return /^(?<job>.+)\.state\.\d+$/.exec(topic)?.groups?.job
}

/** Where a job notes what a replay of it has to repeat. */
export function marksTopic(job: string): string {
  return `${job}.marks`
}

/** Whether a topic lies between two stages of some job. */
export function isRepartition(topic: string): boolean {
  return topic.endsWith('.repartition')
}
