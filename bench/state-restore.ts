import { openLogHome } from '../connectors/log/home.ts'
import { JobRun } from '../engine/run.ts'
import { nothingSeen, stateJob, WINDOW_END } from './state-job.ts'

/** A process that has never run the job before opens it, and says how long that took and what it then has. */
const seen = nothingSeen()
const home = openLogHome({ dir: process.argv[2] as string })
const job = stateJob(seen)
const start = performance.now()
const run = await JobRun.open(job, { home })
const restoreSeconds = (performance.now() - start) / 1000
for (const task of run.tasks) await task.advanceTo(WINDOW_END)
await run.close()
process.stdout.write(JSON.stringify({ restoreSeconds, seen }))
