import type { ErrorCode } from '../../engine/error-codes.ts'
import { HeadraceError } from '../../engine/errors.ts'
import type { InfluxAnswer } from './exchange.ts'

const WORDS_MAX = 500

/** What an answer says, for messages. */
export function said({ status, text }: Pick<InfluxAnswer, 'status' | 'text'>): string {
  return [String(status), wordsIn(text)].filter(part => part !== '').join(' ')
}

/** The server's own words: of version 2 under `message`, of version 3 under `error`. */
export function wordsIn(text: string): string {
  const { message, error } = objectIn(text)
  const words = [message, error].find(found => typeof found === 'string') ?? text
  return String(words).trim().slice(0, WORDS_MAX)
}

export function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

/** Whether the same request can succeed a little later. */
export function mayPass(status: number): boolean {
  return status >= 500 || status === 429 || status === 408
}

/** An answer that is not one to what was asked. */
export function refused(what: string, answer: Pick<InfluxAnswer, 'status' | 'text'>): HeadraceError {
  return new HeadraceError(codeOf(answer.status), `${what}: InfluxDB answers ${said(answer)}`)
}

function codeOf(status: number): ErrorCode {
  if (status === 401 || status === 403) return 'HR_STORE_AUTH'
  return status === 404 ? 'HR_BUCKET_MISSING' : 'HR_STORE_REFUSED'
}
