export { MemoryHome } from '../connectors/memory/home.ts'
export { ManualClock } from '../engine/time/clock.ts'
export type { PushOptions, TestJobOptions } from './test-job.ts'
export { TestJob, testJob } from './test-job.ts'
