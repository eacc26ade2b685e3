import type { ErrorPlace } from '../../../engine/errors.ts'
import { HeadraceError } from '../../../engine/errors.ts'
import { KAFKA, kafkaError, refused } from '../protocol/kafka-errors.ts'

const fenced: ReadonlySet<number> = new Set([
  KAFKA.INVALID_PRODUCER_EPOCH,
  KAFKA.PRODUCER_FENCED,
  KAFKA.INVALID_PRODUCER_ID_MAPPING,
])

const aborted: ReadonlySet<number> = new Set([
  KAFKA.INVALID_TXN_STATE,
  KAFKA.TRANSACTION_ABORTABLE,
  KAFKA.OUT_OF_ORDER_SEQUENCE_NUMBER,
  KAFKA.UNKNOWN_PRODUCER_ID,
])

const timeHint =
  "the topic takes no event times that are further ahead of the broker's clock than its message.timestamp.after.max.ms"

/** A broker's final answer to one who writes: what it says of his right to the task and of his transaction. */
export function writingFault(
  request: string,
  code: number,
  place: ErrorPlace,
  detail?: string | null,
): HeadraceError {
  const reason = `${request}: ${kafkaError(code).name}`
  if (fenced.has(code)) {
    const message = `another process has taken over the task, or its transaction was open for longer than transactionTimeoutMs (${reason})`
    return new HeadraceError('HR_TASK_FENCED', message, place)
  }
  if (aborted.has(code)) {
    const message = `the broker has given up what the task was writing (${reason})`
    return new HeadraceError('HR_TRANSACTION_ABORTED', message, place)
  }
  if (code === KAFKA.MESSAGE_TOO_LARGE || code === KAFKA.RECORD_LIST_TOO_LARGE) {
    const message =
      "a record batch is larger than the topic's max.message.bytes, or the broker's message.max.bytes, allows"
    return new HeadraceError('HR_MESSAGE_TOO_LARGE', message, place)
  }
  const hint = code === KAFKA.INVALID_TIMESTAMP ? timeHint : detail
  return refused(request, code, place, hint)
}
