import http from 'node:http'
import https from 'node:https'
import { setTimeout as pause } from 'node:timers/promises'
import { HeadraceError, isHeadraceError, messageOf } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import { mayPass, said } from './answers.ts'
import type { InfluxOptions, Notify } from './config.ts'
import { Credentials } from './credentials.ts'
import type { InfluxAnswer, InfluxRequest } from './exchange.ts'
import { exchange } from './exchange.ts'

type Headers = Readonly<Record<string, string>>

const firstPauseMs = 50
const noticeAfterMs = 1000

/** Sends requests to one server, over connections that stay, again and again where that can help. */
export class InfluxClient {
  readonly options: InfluxOptions
  private readonly notify: Notify
  private readonly agent: http.Agent
  private readonly credentials: Credentials
  private readonly closing = new AbortController()
  /** Whether people have been told that the server is in trouble. */
  private told = false

  constructor(options: InfluxOptions, notify: Notify) {
    const pool = { keepAlive: true, maxSockets: limits.influxConnections }
    this.options = options
    this.notify = notify
    this.agent = options.url.startsWith('https:')
      ? new https.Agent({ ...pool, ...options.tls })
      : new http.Agent(pool)
    this.credentials = new Credentials(options)
  }

  /** What lets another client of the server in. */
  async headers(): Promise<Headers> {
    const send = (request: InfluxRequest) =>
      this.retrying({ limitMs: limits.storeOpenMs }, signal => exchange(request, this.agent, signal))
    return this.credentials.headers(send)
  }

  /** The first answer that is not a passing trouble of the server's; the same again and again, but not for ever. */
  send(request: InfluxRequest, patience: Patience = {}): Promise<InfluxAnswer> {
    return this.retrying(patience, async signal => {
      const signIn = (asked: InfluxRequest) => exchange(asked, this.agent, signal)
      const own = await this.credentials.headers(signIn)
      const answer = await this.sendAs(request, own, signal)
      if (!(await this.credentials.ranOut(answer, own))) return answer
      return this.sendAs(request, await this.credentials.headers(signIn), signal)
    })
  }

  close(): void {
    this.closing.abort()
    this.agent.destroy()
  }

  private sendAs(request: InfluxRequest, own: Headers, signal: AbortSignal): Promise<InfluxAnswer> {
    return exchange({ ...request, headers: { ...request.headers, ...own } }, this.agent, signal)
  }

  private async retrying(
    { limitMs = limits.storeRetryMs, signal = this.closing.signal }: Patience,
    action: (signal: AbortSignal) => Promise<InfluxAnswer>,
  ): Promise<InfluxAnswer> {
    const begun = performance.now()
    for (let round = 0; ; round++) {
      const found = await this.attempt(() => action(signal))
      if ('status' in found) {
        this.works()
        return found
      }
      this.closing.signal.throwIfAborted()
      signal.throwIfAborted()
      const spent = performance.now() - begun
      if (spent >= limitMs) throw this.unreachable(found, limitMs)
      const wanted = found.retryAfterMs + pauseMs(round)
      if (spent + wanted > noticeAfterMs) this.fails(found.reason)
      await pause(Math.min(wanted, limitMs - spent), undefined, { signal })
    }
  }

  private async attempt(action: () => Promise<InfluxAnswer>): Promise<InfluxAnswer | Failure> {
    try {
      const answer = await action()
      if (!mayPass(answer.status)) return answer
      return { reason: `it answers ${said(answer)}`, retryAfterMs: answer.retryAfterMs, cause: undefined }
    } catch (cause) {
      if (isHeadraceError(cause)) throw cause
      return { reason: messageOf(cause), retryAfterMs: 0, cause }
    }
  }

  private fails(reason: string): void {
    if (this.told) return
    this.told = true
    this.notify(`InfluxDB at ${this.options.url} does not work at present and is tried again: ${reason}`)
  }

  private works(): void {
    if (this.told) this.notify(`InfluxDB at ${this.options.url} works again`)
    this.told = false
  }

  private unreachable({ reason, cause }: Failure, ms: number): HeadraceError {
    const message = `InfluxDB at ${this.options.url} has not worked for ${ms} ms: ${reason}`
    return new HeadraceError('HR_STORE_UNREACHABLE', message, { cause })
  }
}

/** For how long a request is tried, and who may call it off before. */
export interface Patience {
  readonly limitMs?: number
  readonly signal?: AbortSignal
}

interface Failure {
  readonly reason: string
  readonly retryAfterMs: number
  readonly cause: unknown
}

/** Doubles from one attempt to the next; the chance in it keeps many that failed together from coming together. */
function pauseMs(round: number): number {
  const full = Math.min(limits.storePauseMs, firstPauseMs * 2 ** Math.min(round, 20))
  return full * (0.5 + Math.random() / 2)
}
