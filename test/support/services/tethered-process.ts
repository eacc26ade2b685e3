import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

const STOP_MS_MAX = 20_000

/**
 * Runs "$@" in place of the shell. The shell's other half waits for the end of a pipe whose writing end only our
 * process holds: it comes when we end, even by SIGKILL.
 */
const tether = '(cat <&3 >&3; kill -9 $$) >/dev/null 2>&1 & exec "$@" 3<&-'

/** A server's process. It never outlives the process that started it, and does not hold that one up either. */
export class TetheredProcess {
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown>

  private constructor(child: ChildProcess) {
    this.#child = child
    this.#exited = once(child, 'exit').then(() => this.#letGo())
  }

  /** What the command prints is appended to the log file. */
  static start(command: readonly string[], logFile: string): TetheredProcess {
    const log = openSync(logFile, 'a')
    // A group of its own: Ctrl-C in a terminal is for the tests, the server goes when they are gone.
    const child = spawn('sh', ['-c', tether, 'tether', ...command], {
      stdio: ['ignore', log, log, 'pipe'],
      detached: true,
    })
    closeSync(log)
    const started = new TetheredProcess(child)
    started.#holdNothingUp()
    return started
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Ends by SIGTERM, or by SIGKILL when that takes too long. */
  async stop(): Promise<void> {
    this.#child.ref()
    this.signal('SIGTERM')
    const slow = new AbortController()
    const killed = delay(STOP_MS_MAX, undefined, { signal: slow.signal }).then(
      () => this.signal('SIGKILL'),
      () => undefined,
    )
    await this.#exited
    slow.abort()
    await killed
  }

  async kill(): Promise<void> {
    this.#child.ref()
    this.signal('SIGKILL')
    await this.#exited
  }

  #holdNothingUp(): void {
    this.#child.unref()
    const pipe = this.#child.stdio[3]
    if (pipe && 'unref' in pipe && typeof pipe.unref === 'function') pipe.unref()
  }

  #letGo(): void {
    this.#child.stdio[3]?.destroy()
  }
}
