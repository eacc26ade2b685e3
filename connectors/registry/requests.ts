import http from 'node:http'
import https from 'node:https'
import { setTimeout as pause } from 'node:timers/promises'
import { HeadraceError, isHeadraceError, messageOf } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import type { RegistryAddress, RegistryTls } from './config.ts'
import type { RegistryAnswer, RegistryRequest } from './exchange.ts'
import { exchange } from './exchange.ts'

/** Something that was survived, and that people want to know of. */
export type Notify = (message: string) => void

const firstPauseMs = 50
const noticeAfterMs = 1000

/** Sends requests to whichever address answers. */
export class RegistryRequests {
  private readonly addresses: readonly RegistryAddress[]
  private readonly notify: Notify
  private readonly agents: readonly http.Agent[]
  private readonly closing = new AbortController()
  /** The address that has answered last: the next request goes there first. */
  private current = 0

  constructor(addresses: readonly RegistryAddress[], tls: RegistryTls | undefined, notify: Notify) {
    const options = { keepAlive: true, maxSockets: 4 }
    this.addresses = addresses
    this.notify = notify
    this.agents = addresses.map(({ url }) =>
      url.startsWith('https:') ? new https.Agent({ ...options, ...tls }) : new http.Agent(options),
    )
  }

  /** The first answer that is not a passing trouble of the server's; the same again and again, but not for ever. */
  async send(request: RegistryRequest): Promise<RegistryAnswer> {
    const begun = performance.now()
    let said = false
    for (let round = 0; ; round++) {
      const answer = await this.tryAll(request)
      if ('status' in answer) {
        if (said) this.notify('the schema registry answers again')
        return answer
      }
      const spent = performance.now() - begun
      if (spent > limits.registryRetryMs) throw unreachable(answer)
      if (spent > noticeAfterMs && !said) {
        said = true
        this.notify(`the schema registry does not answer and is tried again: ${answer.reason}`)
      }
      await pause(pauseMs(round), undefined, { signal: this.closing.signal })
    }
  }

  close(): void {
    this.closing.abort()
    for (const agent of this.agents) agent.destroy()
  }

  private async tryAll(request: RegistryRequest): Promise<RegistryAnswer | Failure> {
    const reasons: string[] = []
    let cause: unknown
    for (let tried = 0; tried < this.addresses.length; tried++) {
      const { url } = this.addresses[this.current]
      try {
        const answer = await exchange(this.addresses[this.current], request, this.agents[this.current])
        if (!mayPass(answer)) return answer
        reasons.push(`${url} answers ${said(answer)}`)
      } catch (error) {
        if (isHeadraceError(error)) throw error
        cause = error
        reasons.push(`${url}: ${messageOf(error)}`)
      }
      this.current = (this.current + 1) % this.addresses.length
    }
    return { reason: reasons.join('; '), cause }
  }
}

interface Failure {
  readonly reason: string
  readonly cause: unknown
}

function mayPass({ status }: RegistryAnswer): boolean {
  return status >= 500 || status === 429 || status === 408
}

/** What an answer says, for messages: the registry's own code and words behind HTTP's status. */
export function said({ status, json }: RegistryAnswer): string {
  const { error_code: code, message } = (json ?? {}) as { error_code?: unknown; message?: unknown }
  return [status, code === status ? undefined : code, message].filter(part => part !== undefined).join(' ')
}

/** Doubles from one attempt to the next; the chance in it keeps many that failed together from coming together. */
function pauseMs(round: number): number {
  const full = Math.min(limits.registryPauseMs, firstPauseMs * 2 ** round)
  return full * (0.5 + Math.random() / 2)
}

function unreachable({ reason, cause }: Failure): HeadraceError {
  const message = `the schema registry did not answer for ${limits.registryRetryMs} ms: ${reason}`
  return new HeadraceError('HR_REGISTRY_UNREACHABLE', message, { cause })
}
