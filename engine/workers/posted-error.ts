import type { ErrorCode } from '../error-codes.ts'
import type { ErrorPlace } from '../errors.ts'
import { HeadraceError, messageOf } from '../errors.ts'

/** An error as plain data: between threads, errors lose their class and what cannot be copied. */
export interface PostedError {
  readonly name: string
  readonly message: string
  readonly stack: string | undefined
  readonly cause: PostedError | undefined
  readonly headrace?: { readonly code: ErrorCode; readonly what: string; readonly place: ErrorPlace }
}

export function toPosted(error: unknown): PostedError {
  if (!(error instanceof Error)) {
    return { name: 'Error', message: messageOf(error), stack: undefined, cause: undefined }
  }
  const { name, message, stack } = error
  const cause = error.cause === undefined ? undefined : toPosted(error.cause)
  if (!(error instanceof HeadraceError)) return { name, message, stack, cause }
  const { code, what, place } = error
  return { name, message, stack, cause, headrace: { code, what, place } }
}

export function fromPosted({ name, message, stack, cause, headrace }: PostedError): Error {
  const options = cause === undefined ? {} : { cause: fromPosted(cause) }
  const error =
    headrace === undefined
      ? Object.assign(new Error(message, options), { name })
      : new HeadraceError(headrace.code, headrace.what, { ...headrace.place, ...options })
  if (stack !== undefined) error.stack = stack
  return error
}
