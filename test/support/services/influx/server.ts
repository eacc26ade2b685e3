import { readFileSync } from 'node:fs'
import path from 'node:path'
import { freePort } from '../free-port.ts'
import type { Program } from '../program.ts'
import { scratchDirectory } from '../scratch-directory.ts'
import { TetheredProcess } from '../tethered-process.ts'
import { until } from '../until.ts'
import { influxProgram } from './program.ts'

const setup = {
  username: 'headrace',
  password: 'headrace-password',
  org: 'headrace',
  bucket: 'first',
  token: 'headrace-token',
} as const

/** A server of InfluxDB. Its process may end and start again; its address and its data stay. */
export class InfluxServer {
  readonly url: string
  readonly token = setup.token
  readonly org = setup.org
  readonly username = setup.username
  readonly password = setup.password
  readonly #program: Program
  readonly #directory: string
  readonly #port: number
  #process: TetheredProcess | undefined

  private constructor(program: Program, port: number) {
    this.#program = program
    this.#directory = scratchDirectory('influx')
    this.#port = port
    this.url = `http://127.0.0.1:${port}`
  }

  static async start(): Promise<InfluxServer> {
    const server = new InfluxServer(await influxProgram(), await freePort())
    await server.start()
    const answer = await fetch(`${server.url}/api/v2/setup`, { method: 'POST', body: JSON.stringify(setup) })
    if (!answer.ok) throw new Error(`InfluxDB cannot be set up: ${await answer.text()}`)
    return server
  }

  async start(): Promise<void> {
    const file = (name: string) => path.join(this.#directory, name)
    const options = Object.entries({
      'http-bind-address': `127.0.0.1:${this.#port}`,
      'bolt-path': file('influxd.bolt'),
      'sqlite-path': file('influxd.sqlite'),
      'engine-path': file('engine'),
    }).map(([name, value]) => `--${name}=${value}`)
    const command = this.#program(this.#directory, [...options, '--reporting-disabled'])
    const started = new TetheredProcess(command, file('server.log'))
    this.#process = started
    await until('InfluxDB', async () => {
      if (!started.isRunning) throw new Error(`InfluxDB ended: ${this.#lastWords(file('server.log'))}`)
      return (await fetch(`${this.url}/health`)).ok
    })
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

  #lastWords(log: string): string {
    return readFileSync(log, 'utf8').split('\n').slice(-10).join('\n')
  }
}
