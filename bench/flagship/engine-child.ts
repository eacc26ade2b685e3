import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { StoreOptions } from '../../cli/stores.ts'
import type { KafkaHomeOptions } from '../../connectors/kafka/config.ts'

/** What the process is told that runs the flagship. */
export interface FlagshipOptions {
  readonly kafka: KafkaHomeOptions
  readonly stores: StoreOptions
  /** Where the models are. */
  readonly models: string
  readonly commitMs: number
}

/** How far it is. */
export interface EngineState {
  readonly read: number
  readonly lag: number
  readonly commits: number
  /** Of the process, all its threads. */
  readonly cpuSeconds: number
}

const script = fileURLToPath(new URL('servers-main.ts', import.meta.url))
const LOOK_MS = 100

/** The flagship in a process of its own: its CPU is all that is in its figures. */
export class EngineChild {
  private readonly child: ChildProcess
  private readonly ended: Promise<never>

  constructor(options: FlagshipOptions) {
    this.child = fork(script, [JSON.stringify(options)])
    this.ended = once(this.child, 'exit').then(([status]) => {
      throw new Error(`the engine ended with ${status ?? 'a signal'}`)
    })
    this.ended.catch(() => {})
  }

  async state(): Promise<EngineState> {
    this.child.send('state')
    const [state] = await Promise.race([once(this.child, 'message'), this.ended])
    return state as EngineState
  }

  /** Resolves with the first state that is as wanted; rejects if that takes too long. */
  async until(what: string, patienceMs: number, isWanted: (state: EngineState) => boolean) {
    const giveUp = performance.now() + patienceMs
    for (;;) {
      const state = await this.state()
      if (isWanted(state)) return state
      if (performance.now() > giveUp) throw new Error(`${what}: still ${JSON.stringify(state)}`)
      await delay(LOOK_MS)
    }
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    this.child.kill('SIGTERM')
    await this.ended.catch(() => {})
  }
}
