import { execFile } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Program } from '../program.ts'
import { TetheredProcess } from '../tethered-process.ts'

export type Settings = Readonly<Record<string, string | number | boolean>>

/** One broker's directory and process. The process may end and start again; the directory stays. */
export class KafkaNode {
  readonly id: number
  readonly #program: Program
  readonly #directory: string
  #process: TetheredProcess | undefined

  constructor(id: number, program: Program, directory: string) {
    this.id = id
    this.#program = program
    this.#directory = path.join(directory, `node-${id}`)
    mkdirSync(this.#directory)
  }

  /** Writes the settings and the empty log directory. */
  async format(clusterId: string, settings: Settings, options: readonly string[] = []): Promise<void> {
    const lines = Object.entries({ ...settings, 'node.id': this.id, 'log.dirs': `${this.#directory}/data` })
    writeFileSync(this.#settingsFile, lines.map(([name, value]) => `${name}=${escaped(value)}\n`).join(''))
    // An id may begin with a minus sign: in one word, then.
    const place = [`--cluster-id=${clusterId}`, `--config=${this.#settingsFile}`]
    const tool = ['kafka.tools.StorageTool', 'format', ...place, ...options]
    const { command, args } = this.#program(this.#directory, tool)
    await promisify(execFile)(command, args)
  }

  start(): void {
    const command = this.#program(this.#directory, ['kafka.Kafka', this.#settingsFile])
    this.#process = new TetheredProcess(command, this.#logFile)
  }

  get process(): TetheredProcess {
    if (this.#process === undefined) throw new Error(`broker ${this.id} was never started`)
    return this.#process
  }

  /** What it said last, for people who look for the reason of a failure. */
  get lastWords(): string {
    return readFileSync(this.#logFile, 'utf8').split('\n').slice(-40).join('\n')
  }

  keepLog(directory: string): void {
    copyFileSync(this.#logFile, path.join(directory, `broker-${this.id}.log`))
  }

  get #settingsFile(): string {
    return path.join(this.#directory, 'server.properties')
  }

  get #logFile(): string {
    return path.join(this.#directory, 'server.log')
  }
}

/** As Java reads a properties file. */
function escaped(value: string | number | boolean): string {
  return String(value).replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}
