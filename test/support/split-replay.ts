import { openJob } from '../../engine/assemble.ts'
import type { Job } from '../../engine/job.ts'
import type { RoundOptions } from '../../engine/replay/rounds/open-rounds.ts'
import { RoundHome } from '../../engine/replay/rounds/round-home.ts'
import { RoundRun } from '../../engine/replay/rounds/round-run.ts'
import { RoundTasks } from '../../engine/replay/rounds/round-tasks.ts'
import { JobRun } from '../../engine/run.ts'
import { systemClock } from '../../engine/time/clock.ts'
import type { OutputBatch } from '../../engine/workers/messages.ts'
import { WorkerHome } from '../../engine/workers/worker-home.ts'

/** A replay whose tasks are spread as over threads, all of them in this one. */
export async function openSplit(job: Job, workers: number, options: RoundOptions): Promise<RoundRun> {
  const { home, clock = systemClock, marks, roundMs, pace, stopped, commitEveryMs = 0 } = options
  const opened = await openJob(job, home)
  const parts: RoundTasks[] = []
  for (let index = 0; index < workers; index++) {
    const written: OutputBatch[] = []
    const roundHome = new RoundHome(opened.jobHome.restore(), (topic, partition, batch) => {
      written.push({ topic, partition, bytes: new Uint8Array(batch) })
    })
    const run = await JobRun.open(job, {
      home: new WorkerHome(home, roundHome),
      replay: { marks },
      clock,
      only: task => Number(task.split('-')[1]) % workers === index,
    })
    parts.push(new RoundTasks({ run, home: roundHome, written, clock, stopped }))
  }
  return new RoundRun({ opened, workers: parts, roundMs, clock, commitEveryMs, pace })
}
