import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { onceGone } from './once-gone.ts'

const STOP_MS_MAX = 20_000

export interface ServerCommand {
  readonly command: string
  readonly args: readonly string[]
  /** The container in which the command runs the server: signals go there. */
  readonly container?: string
}

/** A server's process. It never outlives the process that started it, and does not hold that one up either. */
export class TetheredProcess {
  readonly #child: ChildProcess
  readonly #container: string | undefined
  readonly #ended: Promise<void>

  /** What the command prints is appended to the log file. */
  constructor({ command, args, container }: ServerCommand, logFile: string) {
    const log = openSync(logFile, 'a')
    this.#child = spawn(command, args, { stdio: ['ignore', log, log], detached: true })
    closeSync(log)
    this.#child.unref()
    this.#container = container
    const letGo = onceGone(this.#signalling('SIGKILL'))
    this.#ended = once(this.#child, 'exit').then(letGo)
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  signal(signal: NodeJS.Signals): void {
    const [command, ...args] = this.#signalling(signal)
    spawn(command, args, { stdio: 'ignore' })
  }

  /** Ends by SIGTERM, or by SIGKILL when that takes too long. */
  async stop(): Promise<void> {
    this.signal('SIGTERM')
    const inTime = new AbortController()
    const late = delay(STOP_MS_MAX, 'late', { signal: inTime.signal }).catch(() => 'ended')
    if ((await Promise.race([late, this.#end()])) === 'late') this.signal('SIGKILL')
    inTime.abort()
    await this.#end()
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL')
    await this.#end()
  }

  async #end(): Promise<void> {
    this.#child.ref()
    await this.#ended
  }

  #signalling(signal: NodeJS.Signals): readonly string[] {
    return this.#container === undefined
      ? ['kill', '-s', signal.replace('SIG', ''), String(this.#child.pid)]
      : ['docker', 'kill', '--signal', signal, this.#container]
  }
}
