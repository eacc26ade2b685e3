import { HeadraceError } from '../../../engine/errors.ts'
import { limits } from '../../../engine/limits.ts'
import type { ResponsePool } from './response-pool.ts'

/** One answer as it came, without its length. Its bytes are the pool's again after `release`. */
export class Frame {
  readonly bytes: Uint8Array
  readonly length: number
  private pool: ResponsePool | undefined

  constructor(bytes: Uint8Array, length: number, pool: ResponsePool) {
    this.bytes = bytes
    this.length = length
    this.pool = pool
  }

  release(): void {
    this.pool?.give(this.bytes)
    this.pool = undefined
  }
}

const scratchBytes = 1 << 16

/**
 * Cuts a stream of bytes into answers: four bytes of length, then as many bytes. Once the length is known the
 * socket reads straight into the answer's own buffer, so that large answers are never copied.
 */
export class FrameReader {
  private readonly pool: ResponsePool
  private readonly onFrame: (frame: Frame) => void
  private readonly scratch: Uint8Array = Buffer.allocUnsafeSlow(scratchBytes)
  private readonly head = new Uint8Array(4)
  private headLength = 0
  private body: Uint8Array | undefined
  private bodyLength = 0
  private size = 0

  constructor(pool: ResponsePool, onFrame: (frame: Frame) => void) {
    this.pool = pool
    this.onFrame = onFrame
  }

  /** Where the socket is to put what comes next. */
  target(): Uint8Array {
    return this.body?.subarray(this.bodyLength, this.size) ?? this.scratch
  }

  /** So many bytes have come into what `target` gave last. */
  received(count: number, into: Uint8Array): void {
    if (this.body === undefined) this.cut(into.subarray(0, count))
    else this.grown(count)
  }

  private cut(bytes: Uint8Array): void {
    let at = 0
    while (at < bytes.length) {
      if (this.body === undefined) {
        this.head[this.headLength++] = bytes[at++]
        if (this.headLength === this.head.length) this.begin()
      } else {
        const count = Math.min(bytes.length - at, this.size - this.bodyLength)
        this.body.set(bytes.subarray(at, at + count), this.bodyLength)
        at += count
        this.grown(count)
      }
    }
  }

  private begin(): void {
    this.headLength = 0
    this.size = new DataView(this.head.buffer).getInt32(0)
    if (this.size < 4 || this.size > limits.kafkaResponseBytes) throw notAnAnswer(this.head, this.size)
    this.body = this.pool.take(this.size)
    this.bodyLength = 0
  }

  private grown(count: number): void {
    this.bodyLength += count
    if (this.bodyLength < this.size) return
    const frame = new Frame(this.body!, this.size, this.pool)
    this.body = undefined
    this.onFrame(frame)
  }
}

/** What speaks there, going by its first bytes. */
function notAnAnswer(head: Uint8Array, size: number): HeadraceError {
  if (new TextDecoder().decode(head) === 'HTTP') return wrong('an HTTP server answers, not a Kafka broker')
  if (head[0] === 0x15 && head[1] === 3) return wrong('it expects TLS, and is spoken to in the clear')
  return wrong(`an answer of ${size} bytes is beyond kafkaResponseBytes, ${limits.kafkaResponseBytes}`)
}

function wrong(what: string): HeadraceError {
  return new HeadraceError('HR_KAFKA_PROTOCOL', what)
}
