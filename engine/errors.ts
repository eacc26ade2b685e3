import type { ErrorCode } from './error-codes.ts'
import { errorCatalog } from './error-codes.ts'

/** Where an error happened, as far as it is known. Printed after the message, in this order. */
export interface ErrorPlace {
  readonly job?: string
  readonly step?: string
  readonly topic?: string
  readonly partition?: number
  readonly offset?: number
  readonly file?: string
}

export interface ErrorOptions extends ErrorPlace {
  readonly cause?: unknown
}

/** Every failure that Headrace reports. `code` is stable; `message` is for people. */
export class HeadraceError extends Error {
  override readonly name = 'HeadraceError'
  readonly code: ErrorCode
  readonly place: ErrorPlace
  /** The message without code and place. */
  readonly what: string

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    const { cause, ...place } = options
    super(`${code}: ${message}${describePlace(place)}`, cause === undefined ? undefined : { cause })
    this.code = code
    this.place = place
    this.what = message
  }

  /** The same failure with more of its place, as whoever passes it on knows it. */
  within(place: ErrorPlace): HeadraceError {
    return new HeadraceError(this.code, this.what, { ...place, ...this.place, cause: this })
  }

  /** Whether the same attempt can succeed later without anybody changing anything. */
  get retryable(): boolean {
    return errorCatalog[this.code].retryable
  }

  /** What to do about it, from the catalogue behind docs/errors.md. */
  get advice(): string {
    return errorCatalog[this.code].advice
  }
}

function describePlace(place: ErrorPlace): string {
  const parts = Object.entries(place).filter(([, value]) => value !== undefined)
  return parts.length === 0 ? '' : ` (${parts.map(([key, value]) => `${key} ${value}`).join(', ')})`
}

export function isHeadraceError(error: unknown, code?: ErrorCode): error is HeadraceError {
  return error instanceof HeadraceError && (code === undefined || error.code === code)
}

/** The text of whatever was thrown: lambdas may throw anything. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
