import { KafkaHome } from '../../connectors/kafka/home.ts'
import type { Running } from '../../engine/progress.ts'
import { SharedRun } from '../../engine/shared/shared-run.ts'
import { loadJobModule } from '../../engine/workers/job-module.ts'
import type { EngineOptions } from './engine-options.ts'
import type { Meter, MeteredHome } from './meter.ts'
import { say } from './say.ts'

export interface OpenRun {
  readonly running: Running
  close(): Promise<void>
}

/** Opens the job as `headrace run` does, but that its threads have the meter on their homes. */
export async function openRun(options: EngineOptions, meter: Meter): Promise<OpenRun> {
  const { job, input, commitMs, workers } = options
  const home = await KafkaHome.open(options.home, say)
  const homeOptions: MeteredHome = { home: options.home, input, memory: meter.memory }
  const running = await SharedRun.open(await loadJobModule(job), {
    home,
    commitEveryMs: commitMs,
    threads: {
      workers,
      entry: { module: new URL('hand.ts', import.meta.url), homeOptions },
      jobModule: job,
    },
    notify: message => say({ message }),
  })
  return { running, close: () => running.close().finally(() => home.close()) }
}
