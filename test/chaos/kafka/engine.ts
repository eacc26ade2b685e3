import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { EngineOptions, EngineProgress, EngineWords } from './engine-words.ts'

const script = fileURLToPath(new URL('engine-process.ts', import.meta.url))
const LAST_NOTES = 12

/** The engine in a process of its own, part of the group of its job. What it says is kept in a file. */
export class Engine {
  readonly name: string
  readonly notes: string[] = []
  progress: EngineProgress = { commits: 0, lag: 0, generation: -1 }
  private readonly child: ChildProcess
  private readonly logFile: string
  /** How it is meant to end. */
  private meant: 'by itself' | 'in order' | 'killed' = 'by itself'
  private paused = false
  private readonly exit: Promise<void>

  /** `failed` is called when it ends otherwise than it is meant to. */
  constructor(name: string, directory: string, options: EngineOptions, failed: (error: Error) => void) {
    this.name = name
    this.logFile = path.join(directory, `engine-${name}.log`)
    const env = { ...process.env, NODE_COMPILE_CACHE: path.join(directory, 'compile-cache') }
    this.child = spawn(process.execPath, [script], { stdio: 'pipe', env })
    this.child.stdin?.on('error', () => {})
    this.child.stdin?.write(`${JSON.stringify(options)}\n`)
    if (options.untilIdle) this.meant = 'in order'
    const reading = [this.child.stdout, this.child.stderr].map(stream => this.listen(stream))
    this.exit = Promise.all([once(this.child, 'close'), ...reading]).then(([[code, signal]]) => {
      this.log(`ended with ${code ?? signal}`)
      if (this.meant === 'killed' ? signal !== 'SIGKILL' : this.meant !== 'in order' || code !== 0) {
        failed(new Error(`engine ${name} ended by itself: ${code ?? signal}\n${this.lastWords()}`))
      }
    })
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.exit
    this.meant = 'killed'
    this.log('is killed')
    this.child.kill('SIGKILL')
    await this.exit
  }

  /** In order: what it has done is committed, and it leaves the group. */
  async stop(): Promise<void> {
    this.meant = 'in order'
    this.log('is told to stop')
    this.child.stdin?.write('stop\n')
    await this.exit
  }

  pause(): void {
    this.log('is paused')
    this.paused = true
    this.child.kill('SIGSTOP')
  }

  resume(): void {
    this.log('goes on')
    this.paused = false
    this.child.kill('SIGCONT')
  }

  /** Its main thread, which speaks to the group, does nothing for a while; the threads that work go on. */
  block(ms: number): void {
    this.log(`is blocked for ${ms} ms`)
    this.child.stdin?.write(`${ms}\n`)
  }

  ended(): Promise<void> {
    return this.exit
  }

  lastWords(): string {
    const { commits, lag, generation } = this.progress
    const state = `${this.paused ? 'paused, ' : ''}${commits} commits, lag ${lag}, generation ${generation}`
    return [`engine ${this.name}: ${state}`, ...this.notes.slice(-LAST_NOTES)].join('\n    ')
  }

  private async listen(stream: NodeJS.ReadableStream | null): Promise<void> {
    if (stream === null) return
    for await (const line of createInterface(stream)) this.hear(line)
  }

  /** The last line of a process that was killed may be cut off, and what Node says is no JSON. */
  private hear(line: string): void {
    let words: EngineWords
    try {
      words = JSON.parse(line)
    } catch {
      words = { note: line }
    }
    if ('note' in words) {
      this.notes.push(words.note)
      this.log(words.note)
    } else this.progress = words
  }

  private log(text: string): void {
    appendFileSync(this.logFile, `${new Date().toISOString()} ${text}\n`)
  }
}
