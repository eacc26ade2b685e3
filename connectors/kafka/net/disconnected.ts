/** A connection that could not be had, or has ended: the same may work on the next one. */
export class KafkaDisconnected extends Error {
  override readonly name = 'KafkaDisconnected'
  readonly address: string
  readonly reason: string

  constructor(address: string, reason: string, cause?: unknown) {
    super(`${address}: ${reason}`, cause === undefined ? undefined : { cause })
    this.address = address
    this.reason = reason
  }
}
