import { openStores } from '../../cli/stores.ts'
import { openLogHome } from '../../connectors/log/home.ts'
import { OnnxModels } from '../../connectors/onnx/home.ts'
import { JobRun } from '../../engine/run.ts'
import clickstream from '../../jobs/clickstream.ts'
import { calibrate } from '../calibration.ts'
import { round } from '../workloads.ts'

/** The flagship over the events that lie in a data directory, in a process of its own. */
const [dir, models] = process.argv.slice(2) as [string, string]
const home = openLogHome({ dir })
const stores = await openStores(
  { redis: undefined, influx: undefined, embedded: { dir, fsync: 'commit', retentionMs: -1 } },
  console.error,
)
const before = calibrate()
const options = { home, stores, models: new OnnxModels({ dir: models }, console.error), commitEveryMs: 1000 }
const run = await JobRun.open(clickstream, options)
const [begun, cpu] = [performance.now(), process.cpuUsage()]
await run.work(new AbortController().signal, true)
const [wallSeconds, { user, system }] = [(performance.now() - begun) / 1000, process.cpuUsage(cpu)]
const measured = {
  wallSeconds: round(wallSeconds),
  cpuSecondsMeasured: round((user + system) / 1e6),
  commits: run.commits,
  calibration: [before, calibrate()],
  counts: run.counts(),
}
await run.close()
await options.models.close()
await stores.close()
process.stdout.write(JSON.stringify(measured))
