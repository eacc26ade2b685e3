import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Redis } from 'ioredis'
import { freePort } from '../free-port.ts'
import type { Program } from '../program.ts'
import { scratchDirectory } from '../scratch-directory.ts'
import { TetheredProcess } from '../tethered-process.ts'
import { until } from '../until.ts'
import { redisProgram } from './program.ts'

export interface RedisServerOptions {
  /** Lines of its configuration, beside those that each has. */
  readonly lines?: readonly string[]
  /** What lets one in, where not everybody is. */
  readonly password?: string
  /** For connections with TLS, on a port of their own. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /** In a cluster: where its nodes talk to this one. */
  readonly busPort?: number
}

/** A server of Redis. Its process may end and start again; its address and what it has acknowledged stay. */
export class RedisServer {
  readonly port: number
  readonly tlsPort: number
  readonly #program: Program
  readonly #directory = scratchDirectory('redis')
  readonly #options: RedisServerOptions
  #process: TetheredProcess | undefined

  private constructor(program: Program, ports: readonly [number, number], options: RedisServerOptions) {
    this.#program = program
    this.#options = options
    ;[this.port, this.tlsPort] = ports
    writeFileSync(this.#file('redis.conf'), this.#configuration().join('\n'))
  }

  static async start(options: RedisServerOptions = {}): Promise<RedisServer> {
    const server = new RedisServer(await redisProgram(), [await freePort(), await freePort()], options)
    await server.start()
    return server
  }

  get busPort(): number {
    return this.#options.busPort ?? 0
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  async start(): Promise<void> {
    const started = new TetheredProcess(
      this.#program(this.#directory, [this.#file('redis.conf')]),
      this.#file('server.log'),
    )
    this.#process = started
    await until('Redis', async () => {
      if (!started.isRunning) throw new Error(`Redis ended: ${this.#lastWords}`)
      return (await this.ask(client => client.ping())) === 'PONG'
    })
  }

  /** Asks it with a client that is not ours. */
  async ask<T>(question: (client: Redis) => Promise<T>): Promise<T> {
    const { password } = this.#options
    const client = new Redis(this.port, '127.0.0.1', {
      lazyConnect: true,
      retryStrategy: () => null,
      ...(password !== undefined && { password }),
    })
    client.on('error', () => undefined)
    try {
      await client.connect()
      return await question(client)
    } finally {
      client.disconnect()
    }
  }

  async stop(): Promise<void> {
    await this.#process?.stop()
  }

  async kill(): Promise<void> {
    await this.#process?.kill()
  }

  /** Its connections stay, but nothing answers. */
  pause(): void {
    this.#process?.signal('SIGSTOP')
  }

  resume(): void {
    this.#process?.signal('SIGCONT')
  }

  #configuration(): string[] {
    const { lines = [], password, tls, busPort } = this.#options
    const own = [
      'bind 127.0.0.1',
      `port ${this.port}`,
      `dir ${this.#directory}`,
      'save ""',
      // What it has acknowledged survives a kill.
      'appendonly yes',
      ...(busPort === undefined ? [] : ['cluster-enabled yes', `cluster-port ${busPort}`]),
      ...(password === undefined ? [] : [`requirepass "${password}"`]),
    ]
    if (tls === undefined) return [...own, ...lines]
    writeFileSync(this.#file('server.crt'), tls.cert)
    writeFileSync(this.#file('server.key'), tls.key)
    return [
      ...own,
      `tls-port ${this.tlsPort}`,
      `tls-cert-file ${this.#file('server.crt')}`,
      `tls-key-file ${this.#file('server.key')}`,
      `tls-ca-cert-file ${this.#file('server.crt')}`,
      'tls-auth-clients no',
      ...lines,
    ]
  }

  #file(name: string): string {
    return path.join(this.#directory, name)
  }

  get #lastWords(): string {
    return readFileSync(this.#file('server.log'), 'utf8').split('\n').slice(-10).join('\n')
  }
}
