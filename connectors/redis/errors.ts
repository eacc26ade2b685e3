import { HeadraceError, messageOf } from '../../engine/errors.ts'

const authReplies = ['NOAUTH', 'WRONGPASS', 'NOPERM']
/** Refusals of a server that is starting, changing its role or short of something. */
const passingReplies = [
  'ASK',
  'BUSY',
  'CLUSTERDOWN',
  'LOADING',
  'MASTERDOWN',
  'MISCONF',
  'MOVED',
  'NOREPLICAS',
  'OOM',
  'READONLY',
  'TRYAGAIN',
]
const tlsCodes = /^(ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/

/** The client hangs what was sent on errors, a password among it: that must get into no error of ours. */
export function withoutCommand(error: unknown): unknown {
  if (error instanceof Error && 'command' in error) delete error.command
  return error
}

/** The first word of an answer that is an error; undefined for what is no answer. */
export function replyWord(error: unknown): string | undefined {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return undefined
  return /^[A-Z]+/.exec(error.message)?.[0] ?? 'ERR'
}

/** Whether the same may work later without anybody changing anything in what we send. */
export function mayPass(error: unknown): boolean {
  if (error instanceof HeadraceError || isAuth(error)) return false
  const word = replyWord(error)
  return word === undefined || passingReplies.includes(word)
}

/** What Redis has refused, as an error of ours. */
export function refusal(error: unknown, name: string): HeadraceError {
  if (error instanceof HeadraceError) return error
  const message = `${name}: ${messageOf(error)}`
  return new HeadraceError(isAuth(error) ? 'HR_STORE_AUTH' : 'HR_STORE_REFUSED', message, { cause: error })
}

/** After trying for as long as we were ready to. */
export function givenUp(error: unknown, name: string, ms: number): HeadraceError {
  const code = replyWord(error) === undefined ? 'HR_STORE_UNREACHABLE' : 'HR_STORE_REFUSED'
  return new HeadraceError(code, `${name} has not worked for ${Math.round(ms)} ms: ${messageOf(error)}`, {
    cause: error,
  })
}

function isAuth(error: unknown): boolean {
  const word = replyWord(error)
  if (word !== undefined) return authReplies.includes(word)
  return tlsCodes.test(String((error as { code?: unknown } | null)?.code))
}
