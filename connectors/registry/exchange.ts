import type { Agent } from 'node:http'
import http from 'node:http'
import https from 'node:https'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { HeadraceError, messageOf } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import type { RegistryAddress } from './config.ts'

export interface RegistryRequest {
  readonly method: 'GET' | 'POST'
  /** Behind the registry's address. */
  readonly path: string
  readonly body?: unknown
}

export interface RegistryAnswer {
  readonly status: number
  /** What the JSON says; undefined where the answer is none. */
  readonly json: unknown
}

const CONTENT_TYPE = 'application/vnd.schemaregistry.v1+json'

/** Sends one request and reads the answer, whatever it is. Rejects where none comes in time. */
export async function exchange(
  { url, authorization }: RegistryAddress,
  { method, path, body }: RegistryRequest,
  agent: Agent,
): Promise<RegistryAnswer> {
  const text = body === undefined ? undefined : JSON.stringify(body)
  const headers = {
    accept: `${CONTENT_TYPE}, application/json`,
    ...(authorization !== undefined && { authorization }),
    ...(text !== undefined && { 'content-type': CONTENT_TYPE, 'content-length': Buffer.byteLength(text) }),
  }
  const { promise, resolve, reject } = Promise.withResolvers<RegistryAnswer>()
  const signal = AbortSignal.timeout(limits.registryRequestMs)
  const request = url.startsWith('https:') ? https.request : http.request
  const sent = request(url + path, { method, headers, agent, signal })
  sent.on('error', error => reject(signal.aborted ? tooSlow() : meaningOf(error, url, sent.socket)))
  sent.on('response', answer => {
    const chunks: Buffer[] = []
    let length = 0
    answer.on('error', error => reject(signal.aborted ? tooSlow() : error))
    answer.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      length += chunk.length
      if (length <= limits.registryAnswerBytes) return
      reject(new Error(`the answer has more than ${limits.registryAnswerBytes} bytes`))
      sent.destroy()
    })
    answer.on('end', () => resolve({ status: answer.statusCode ?? 0, json: parsed(Buffer.concat(chunks)) }))
  })
  sent.end(text)
  return promise
}

/** A failure that may pass, or one that is a matter of configuration. */
function meaningOf(error: Error, url: string, socket: Socket | null): Error {
  if (socket instanceof TLSSocket && socket.authorizationError) {
    const message = `${url}: its certificate is not trusted: ${error.message}`
    return new HeadraceError('HR_REGISTRY_AUTH', message, { cause: error })
  }
  // A name with several addresses fails with one error for each of them, and no words of its own.
  if (!(error instanceof AggregateError)) return error
  return new Error(error.errors.map(messageOf).join(', '), { cause: error })
}

function tooSlow(): Error {
  return new Error(`there was no answer within ${limits.registryRequestMs} ms`)
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString())
  } catch {
    return undefined
  }
}
