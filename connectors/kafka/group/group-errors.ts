import { HeadraceError } from '../../../engine/errors.ts'
import { KAFKA, refused } from '../protocol/kafka-errors.ts'

/** A broker's code that ends membership for good, as people understand it. */
export function groupRefused(request: string, code: number, group: string): HeadraceError {
  if (code === KAFKA.INCONSISTENT_GROUP_PROTOCOL) return groupTaken(group)
  if (code === KAFKA.FENCED_INSTANCE_ID) {
    const message = `another process has joined group ${group} under our groupInstanceId`
    return new HeadraceError('HR_INSTANCE_TAKEN', message)
  }
  if (code === KAFKA.INVALID_SESSION_TIMEOUT) {
    const message =
      "sessionTimeoutMs is not between the broker's group.min.session.timeout.ms and group.max.session.timeout.ms"
    return new HeadraceError('HR_CONFIG_INVALID', message)
  }
  return refused(`${request} for group ${group}`, code)
}

/** Somebody in the group, or all of it, is not of our kind. */
export function groupTaken(group: string, cause?: unknown): HeadraceError {
  const message = `something that is not Headrace consumes with group id ${group}`
  return new HeadraceError('HR_GROUP_TAKEN', message, { cause })
}
