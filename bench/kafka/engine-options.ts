import type { KafkaHomeOptions } from '../../connectors/kafka/config.ts'
import type { JobModule } from '../../engine/workers/job-module.ts'

/** What the process is told that runs a job. */
export interface EngineOptions {
  readonly home: KafkaHomeOptions
  readonly job: JobModule
  /** The topic whose first record starts the clock. */
  readonly input: string
  readonly commitMs: number
  readonly workers: number
  /** Until all that is there has been read, or until SIGTERM. */
  readonly untilEnd: boolean
}

/** What it says when it ends. */
export interface EngineReport {
  readonly wallSeconds: number
  readonly cpuSeconds: number
  readonly cpuSecondsMeasured: number
  readonly peakRssMB: number
  readonly commits: number
  readonly commitP50Ms: number
  readonly commitP99Ms: number
  readonly calibration: readonly [number, number]
}
