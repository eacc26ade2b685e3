import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { EngineOptions } from './engine-process.ts'

const LINE = 10
const script = fileURLToPath(new URL('engine-process.ts', import.meta.url))

/** How a process of the engine ended. */
export interface Ending {
  readonly code: number | null
  readonly signal: string | null
  readonly errors: string
  /** Changes of the disk that it reported. */
  readonly changes: number
}

/** The engine in a process of its own. It loads at once and begins with `start`. */
export class Engine {
  private readonly child: ChildProcess
  private readonly errors: Promise<string>
  private readonly exit: Promise<unknown[]>
  private changes = 0

  constructor(compileCache: string) {
    const env = { ...process.env, NODE_COMPILE_CACHE: compileCache }
    this.child = spawn(process.execPath, [script], { stdio: 'pipe', env })
    this.errors = text(this.child.stderr as NodeJS.ReadableStream)
    this.exit = once(this.child, 'close')
  }

  /** `onProgress` is told how often the process has changed the disk so far, and how many commits are new. */
  start(options: EngineOptions, onProgress: (changes: number, commits: number) => void): void {
    this.child.stdout?.on('data', (bytes: Uint8Array) => {
      const commits = bytes.filter(byte => byte === LINE).length
      this.changes += bytes.length - commits
      onProgress(this.changes, commits)
    })
    this.child.stdin?.end(JSON.stringify(options))
  }

  kill(): void {
    this.child.kill('SIGKILL')
  }

  async ended(): Promise<Ending> {
    const [code, signal] = (await this.exit) as [number | null, string | null]
    return { code, signal, errors: await this.errors, changes: this.changes }
  }
}
