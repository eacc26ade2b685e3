import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { TetheredProcess } from '../tethered-process.ts'
import { kafkaJars } from './jars.ts'

export type Settings = Readonly<Record<string, string | number | boolean>>

/** Starts fast and stays small: what the tests ask of a broker is little. */
const jvm = ['-Xms128m', '-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData']
const logging = [
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  '-Dorg.slf4j.simpleLogger.showDateTime=true',
  '-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS',
]

/** One broker's directory and process. The process may end and start again; the directory stays. */
export class KafkaNode {
  readonly id: number
  readonly #directory: string
  #process: TetheredProcess | undefined

  constructor(id: number, directory: string) {
    this.id = id
    this.#directory = path.join(directory, `node-${id}`)
    mkdirSync(this.#directory)
  }

  /** Writes the settings and the empty log directory. */
  async format(clusterId: string, settings: Settings, options: readonly string[] = []): Promise<void> {
    const lines = Object.entries({ ...settings, 'node.id': this.id, 'log.dirs': `${this.#directory}/data` })
    writeFileSync(this.#settingsFile, lines.map(([name, value]) => `${name}=${value}\n`).join(''))
    const arguments_ = ['format', '--cluster-id', clusterId, '--config', this.#settingsFile, ...options]
    await promisify(execFile)('java', [...(await javaOptions()), 'kafka.tools.StorageTool', ...arguments_])
  }

  async start(): Promise<void> {
    const command = ['java', ...(await javaOptions()), 'kafka.Kafka', this.#settingsFile]
    this.#process = TetheredProcess.start(command, this.#logFile)
  }

  get isRunning(): boolean {
    return this.#process?.isRunning ?? false
  }

  get process(): TetheredProcess {
    if (this.#process === undefined) throw new Error(`broker ${this.id} was never started`)
    return this.#process
  }

  /** What it said last, for people who look for the reason of a failure. */
  get lastWords(): string {
    return readFileSync(this.#logFile, 'utf8').split('\n').slice(-40).join('\n')
  }

  get #settingsFile(): string {
    return path.join(this.#directory, 'server.properties')
  }

  get #logFile(): string {
    return path.join(this.#directory, 'server.log')
  }
}

async function javaOptions(): Promise<readonly string[]> {
  return [...jvm, ...logging, '-cp', path.join(await kafkaJars(), '*')]
}
