import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { EngineOptions, EngineReport } from './engine-options.ts'

const script = fileURLToPath(new URL('engine-main.ts', import.meta.url))

/** The engine in a process of its own: its CPU and memory are all that is in its figures. */
export class EngineProcess {
  private readonly child: ChildProcess
  private readonly output: Promise<string>
  private readonly exit: Promise<number | null>

  constructor(options: EngineOptions) {
    const child = spawn(process.execPath, [script, JSON.stringify(options)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.child = child
    this.output = text(child.stdout)
    this.exit = new Promise(resolve => child.once('close', resolve))
  }

  /** Resolves when it has ended by itself. */
  async report(): Promise<EngineReport> {
    const [output, status] = await Promise.all([this.output, this.exit])
    if (status !== 0) throw new Error(`the engine ended with ${status ?? 'a signal'}`)
    return JSON.parse(output) as EngineReport
  }

  stop(): Promise<EngineReport> {
    this.child.kill('SIGTERM')
    return this.report()
  }

  kill(): void {
    this.child.kill('SIGKILL')
  }
}
