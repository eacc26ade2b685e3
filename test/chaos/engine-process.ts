import { readFileSync, writeSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { openStores } from '../../cli/stores.ts'
import { LogHome } from '../../connectors/log/home.ts'
import type { FsyncPolicy } from '../../connectors/log/writer-options.ts'
import { isHeadraceError } from '../../engine/errors.ts'
import type { JobHome } from '../../engine/home.ts'
import { setLimits } from '../../engine/limits.ts'
import { JobRun } from '../../engine/run.ts'
import type { Fault } from './fault-files.ts'
import { FaultFiles } from './fault-files.ts'
import { chaosJob } from './job.ts'
import { embeddedStores } from './stored.ts'
import { PARTITIONS } from './topics.ts'

export interface EngineOptions {
  readonly dir: string
  readonly fsync: FsyncPolicy
  /** Stop when all that is there has been read, instead of running on. */
  readonly untilEnd: boolean
  readonly fault?: Fault | undefined
}

class ReportingHome extends LogHome {
  override async openJob(job: string, outputs: readonly string[]): Promise<JobHome> {
    const opened = await super.openJob(job, outputs)
    const commit = opened.commit.bind(opened)
    opened.commit = (record, marks) => {
      commit(record, marks)
      writeSync(1, '\n')
    }
    return opened
  }
}

// A process that is killed does not write its compiled code down.
flushCompileCache()
// The process starts up while the one before it is at work; it begins when it is told what to do.
const options = JSON.parse(readFileSync(0, 'utf8')) as EngineOptions

// Small, so that everything that happens now and then happens often.
setLimits({
  batchRows: 100,
  produceBytes: 2000,
  fetchBytes: 1 << 14,
  stateDeltaBytes: 120_000,
  storeTransactionRows: 50,
})

// A dot for each change of the disk, a line for each commit: what the parent measures progress by.
const files = new FaultFiles(options.fault, () => writeSync(1, '.'))
try {
  const { dir, fsync, untilEnd } = options
  const home = new ReportingHome({
    dir,
    fsync,
    files,
    partitionsForNewTopics: PARTITIONS,
    segmentBytes: 1 << 15,
  })
  const stores = await openStores(embeddedStores(dir, fsync), () => {})
  const run = await JobRun.open(chaosJob, { home, stores, commitEveryMs: 5 })
  await run.work(new AbortController().signal, untilEnd)
  await run.close()
  await stores.close()
} catch (error) {
  if (!isHeadraceError(error)) throw error
  writeSync(2, `${error.code} ${error.stack}\n`)
  process.exitCode = 1
}
