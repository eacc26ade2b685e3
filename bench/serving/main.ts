import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { OnnxModels } from '../../connectors/onnx/home.ts'
import { exportMlp, writeModelFolder } from '../../connectors/onnx/write/index.ts'
import { SqliteFeatures } from '../../connectors/sqlite/features.ts'
import { defaultScorerOptions } from '../../engine/models/scorer-options.ts'
import type { RunningServer } from '../../server/http/server.ts'
import { startServer } from '../../server/http/server.ts'
import { hashOf, newToken } from '../../server/http/tokens.ts'
import { OnnxCatalog } from '../../server/models/onnx-catalog.ts'
import { ServedModels } from '../../server/models/served-models.ts'
import { modelService } from '../../server/models/service.ts'
import { calibrate } from '../calibration.ts'
import { percentile } from '../percentile.ts'
import { round } from '../workloads.ts'
import type { LoadOrder, LoadReport } from './load-main.ts'
import { layers, names } from './requests.ts'

export interface ServingOptions {
  readonly rate: number
  readonly seconds: number
}

export interface ServingResult {
  readonly suite: 'serving'
  /** `rate`: requests at a rate, whether others are answered or not. `hold`: all at once, a connection each. */
  readonly what: 'rate' | 'hold'
  readonly batchWaitMs: number
  /** Requests of one row that are counted. */
  readonly N: number
  readonly failed: number
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
  readonly batchRowsMean: number
  /** How late timers of the load generator were: what a machine with other work does to a process that has little. */
  readonly timerP99Ms: number
  readonly wallSeconds: number
  /** Of the server's process, the warm-up included. */
  readonly cpuSecondsMeasured: number
  readonly calibration: number
  readonly ok: boolean
}

const exec = promisify(execFile)
const script = fileURLToPath(new URL('load-main.ts', import.meta.url))
const HELD = 10_000
const CLIENTS = 1024

/** Scores over HTTP: at a rate, with requests gathered and not, and ten thousand of them at once. */
export async function runServing(
  { rate, seconds }: ServingOptions,
  report: (result: ServingResult) => void,
): Promise<void> {
  const dir = mkdtempSync(path.join(process.env.BENCH_TMP ?? tmpdir(), 'headrace-serving-'))
  try {
    const home = new OnnxModels({ dir })
    await writeModelFolder(dir, {
      name: 'sum',
      export: exportMlp({ features: names.length, layers }),
      columns: { inputs: { features: names }, outputs: { output: 'score' } },
    })
    await home.folder.promote('sum', 1)
    for (const batchWaitMs of [0, 2]) {
      const served = await Served.start(home, dir, batchWaitMs)
      report(await served.measure('rate', { clients: CLIENTS, rate, seconds }))
      if (batchWaitMs > 0)
        report(await served.measure('hold', { clients: HELD, rate: undefined, seconds: 0 }))
      await served.stop()
    }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** A model server in this process, asked by a load generator that is another one. */
class Served {
  private readonly server: RunningServer
  private readonly models: ServedModels
  private readonly features: SqliteFeatures
  private readonly token: string
  private readonly batchWaitMs: number

  static async start(home: OnnxModels, dir: string, batchWaitMs: number): Promise<Served> {
    const token = newToken()
    const features = new SqliteFeatures({ dir })
    const models = new ServedModels(new OnnxCatalog(home), {
      batchWaitMs,
      batchRows: undefined,
      scoring: defaultScorerOptions,
    })
    await models.openAll()
    const server = await startServer([modelService(models, features)], {
      host: '127.0.0.1',
      port: 0,
      tokens: [{ name: 'bench', hash: hashOf(token), scopes: ['score:*'] }],
      requestsPerSecond: 1_000_000,
      logLevel: 'info',
      log: new Writable({ write: (_chunk, _encoding, done) => done() }),
      version: '0',
    })
    return new Served(server, models, features, token, batchWaitMs)
  }

  private constructor(
    server: RunningServer,
    models: ServedModels,
    features: SqliteFeatures,
    token: string,
    batchWaitMs: number,
  ) {
    this.server = server
    this.models = models
    this.features = features
    this.token = token
    this.batchWaitMs = batchWaitMs
  }

  async measure(
    what: ServingResult['what'],
    load: Omit<LoadOrder, 'port' | 'token'>,
  ): Promise<ServingResult> {
    const calibration = calibrate()
    const { calls, rows } = (await this.models.of('sum')).figures
    const before = process.cpuUsage()
    const { took, failed, late } = await this.load(load)
    const used = process.cpuUsage(before)
    const { figures } = await this.models.of('sum')
    const sorted = Float64Array.from(took)
    const maxMs = round(percentile(sorted, 1))
    const wallSeconds = what === 'hold' ? round(maxMs / 1000) : load.seconds
    return {
      suite: 'serving',
      what,
      batchWaitMs: this.batchWaitMs,
      N: took.length,
      failed,
      requestsPerSecond: Math.round(took.length / wallSeconds),
      p50Ms: round(percentile(sorted, 0.5)),
      p99Ms: round(percentile(sorted, 0.99)),
      maxMs,
      batchRowsMean: round((figures.rows - rows) / (figures.calls - calls)),
      timerP99Ms: round(percentile(Float64Array.from(late), 0.99)),
      wallSeconds,
      cpuSecondsMeasured: round((used.user + used.system) / 1e6),
      calibration,
      ok: failed === 0 && took.length === (load.rate === undefined ? load.clients : load.rate * load.seconds),
    }
  }

  async stop(): Promise<void> {
    await this.server.drain()
    await this.models.close()
    await this.features.close()
  }

  private async load(load: Omit<LoadOrder, 'port' | 'token'>): Promise<LoadReport> {
    const order: LoadOrder = { ...load, port: Number(new URL(this.server.url).port), token: this.token }
    const args = [...process.execArgv, script, JSON.stringify(order)]
    const { stdout } = await exec(process.execPath, args, { maxBuffer: 1 << 30 })
    return JSON.parse(stdout) as LoadReport
  }
}
