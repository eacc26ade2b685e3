import { openLogHome } from '../../connectors/log/home.ts'
import { logWorkers } from '../../connectors/log/worker-entry.ts'
import { OnnxModels } from '../../connectors/onnx/home.ts'
import { setLimits } from '../../engine/limits.ts'
import { WorkerPool } from '../../engine/workers/pool.ts'
import { scoringJob } from './scoring-jobs.ts'

/**
 * A process that scores the readings of a log in two threads: to the end, or until it is killed, or until it ends itself
 * in the midst of what it does, after so many milliseconds.
 */
const [dir, models, batchRows, endAfterMs] = process.argv.slice(2)
setLimits({ modelPollMs: 5, batchRows: Number(batchRows) })
const options = { dir, fsync: 'never' } as const
const pool = await WorkerPool.open(scoringJob(), {
  home: openLogHome(options),
  entry: logWorkers(options),
  jobModule: { module: new URL('./scoring-jobs.ts', import.meta.url).href, export: 'scoringJob' },
  workers: 2,
  commitEveryMs: endAfterMs === undefined ? 5 : 1e9,
  models: new OnnxModels({ dir: models }),
})
process.stdout.write('open')
const working = pool.work(new AbortController().signal, endAfterMs === undefined)
if (endAfterMs === undefined) await working
else await Promise.race([working, new Promise(resolve => setTimeout(resolve, Number(endAfterMs)))])
await pool.close()
process.exit(0)
