import type { Agent } from 'node:http'
import http from 'node:http'
import https from 'node:https'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { HeadraceError, messageOf } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'

export interface InfluxRequest {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

export interface InfluxAnswer {
  readonly status: number
  readonly text: string
  readonly cookies: readonly string[]
  /** How long the server wants to be left alone; 0 where it says nothing of it. */
  readonly retryAfterMs: number
}

/** Sends one request and reads the answer, whatever it is. Rejects where none comes in time. */
export function exchange(
  { method, url, headers, body }: InfluxRequest,
  agent: Agent,
  signal: AbortSignal,
): Promise<InfluxAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<InfluxAnswer>()
  const request = url.startsWith('https:') ? https.request : http.request
  const sent = request(url, { method, headers: { ...headers, 'content-length': body.length }, agent, signal })
  const slow = new Error(`there was no answer within ${limits.storeRequestMs} ms`)
  // Others may be on the connection first: time runs from when it is ours.
  let timer: NodeJS.Timeout | undefined
  sent.on('socket', () => {
    timer = setTimeout(() => sent.destroy(slow), limits.storeRequestMs)
  })
  sent.on('error', error => reject(meaningOf(error, sent.socket)))
  sent.on('close', () => clearTimeout(timer))
  sent.on('response', answer => {
    const chunks: Buffer[] = []
    let length = 0
    answer.on('error', reject)
    answer.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length <= limits.influxAnswerBytes) chunks.push(chunk)
    })
    answer.on('end', () => {
      const cookies = (answer.headers['set-cookie'] ?? []).map(cookie => cookie.split(';')[0])
      const retryAfterMs = retryAfter(answer.headers['retry-after'])
      resolve({
        status: answer.statusCode ?? 0,
        text: Buffer.concat(chunks).toString(),
        cookies,
        retryAfterMs,
      })
    })
  })
  sent.end(body)
  return promise
}

/** Seconds, or a date. */
function retryAfter(header: string | undefined): number {
  if (header === undefined) return 0
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return ms > 0 ? ms : 0
}

/** A failure that may pass, or one that is a matter of configuration. */
function meaningOf(error: Error, socket: Socket | null): Error {
  if (socket instanceof TLSSocket && socket.authorizationError) {
    const message = `InfluxDB's certificate is not trusted: ${error.message}`
    return new HeadraceError('HR_STORE_AUTH', message, { cause: error })
  }
  // A name with several addresses fails with one error for each of them, and no words of its own.
  if (!(error instanceof AggregateError)) return error
  return new Error(error.errors.map(messageOf).join(', '), { cause: error })
}
