import type { RunMeter, Status, Summary } from '../status.ts'

/** What a process tells of its part of a job: counted since it has opened the job. */
export interface Figures
  extends Pick<Summary, 'inputs' | 'steps' | 'lookups' | 'newest' | 'scores' | 'commits'>,
    Pick<Status, 'lag' | 'watermarkDelayMs' | 'checkpointAgeMs'> {}

export function figuresOf(meter: RunMeter): Figures {
  const { inputs, steps, lookups, newest, scores, commits } = meter.summary()
  const { lag, watermarkDelayMs, checkpointAgeMs } = meter.status()
  return { inputs, steps, lookups, newest, scores, commits, lag, watermarkDelayMs, checkpointAgeMs }
}
