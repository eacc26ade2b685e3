import { execFile } from 'node:child_process'
import { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { FeatureStore } from '../../engine/stores/feature-store.ts'
import { featureService } from '../../server/features/service.ts'
import { arrowType } from '../../server/http/arrow.ts'
import type { RunningServer } from '../../server/http/server.ts'
import { startServer } from '../../server/http/server.ts'
import { hashOf, newToken } from '../../server/http/tokens.ts'
import { calibrate } from '../calibration.ts'
import { round } from '../workloads.ts'
import type { LoadOrder, LoadReport } from './load-main.ts'
import type { ReadOptions, ReadResult } from './reads.ts'
import { figures } from './reads.ts'

const exec = promisify(execFile)
const script = fileURLToPath(new URL('load-main.ts', import.meta.url))

export interface HoldResult {
  readonly suite: 'features'
  readonly what: 'hold'
  readonly store: string
  /** Requests, all at once, each on a connection of its own. */
  readonly N: number
  readonly failed: number
  readonly maxMs: number
  readonly wallSeconds: number
  readonly cpuSecondsMeasured: number
  readonly ok: boolean
}

/** A feature server in this process, asked by a load generator that is another one. */
export class ServedStore {
  private readonly server: RunningServer
  private readonly token: string
  private readonly name: string

  static async start(store: FeatureStore, name: string): Promise<ServedStore> {
    const token = newToken()
    const log = new Writable({ write: (_chunk, _encoding, done) => done() })
    const server = await startServer([featureService(store)], {
      host: '127.0.0.1',
      port: 0,
      tokens: [{ name: 'bench', hash: hashOf(token), scopes: ['read:*'] }],
      requestsPerSecond: 1_000_000,
      logLevel: 'info',
      log,
      version: '0',
    })
    return new ServedStore(server, token, name)
  }

  private constructor(server: RunningServer, token: string, name: string) {
    this.server = server
    this.token = token
    this.name = name
  }

  async reads(options: ReadOptions, isArrow = false): Promise<ReadResult> {
    const accept = isArrow ? arrowType : 'application/json'
    const calibration = calibrate()
    const before = process.cpuUsage()
    const { took, failed } = await this.load({ ...options, accept })
    const used = process.cpuUsage(before)
    return {
      suite: 'features',
      what: 'read',
      store: this.name,
      way: isArrow ? 'http, arrow' : 'http',
      rate: options.rate ?? null,
      clients: options.clients,
      entities: options.entities,
      ...figures(Float64Array.from(took), options.seconds),
      cpuSecondsMeasured: round((used.user + used.system) / 1e6),
      calibration,
      ok: failed === 0,
    }
  }

  async hold(clients: number, keys: number): Promise<HoldResult> {
    const before = process.cpuUsage()
    const order = { clients, keys, entities: 1, seconds: undefined, accept: 'application/json' }
    const { took, failed } = await this.load(order)
    const used = process.cpuUsage(before)
    const { maxMs } = figures(Float64Array.from(took), 1)
    return {
      suite: 'features',
      what: 'hold',
      store: this.name,
      N: clients,
      failed,
      maxMs,
      wallSeconds: round(maxMs / 1000),
      cpuSecondsMeasured: round((used.user + used.system) / 1e6),
      ok: failed === 0 && took.length === clients,
    }
  }

  stop(): Promise<void> {
    return this.server.drain()
  }

  private async load(order: Omit<LoadOrder, 'port' | 'token'>): Promise<LoadReport> {
    const complete: LoadOrder = { ...order, port: Number(new URL(this.server.url).port), token: this.token }
    const args = [...process.execArgv, script, JSON.stringify(complete)]
    const { stdout } = await exec(process.execPath, args, { maxBuffer: 1 << 30 })
    return JSON.parse(stdout) as LoadReport
  }
}
