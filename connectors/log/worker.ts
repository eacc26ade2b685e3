import { serveWorker } from '../../engine/workers/worker.ts'
import type { LogHomeOptions } from './config.ts'
import { openLogHome } from './home.ts'

await serveWorker(options => openLogHome(options as LogHomeOptions))
