import { limits } from '../../../engine/limits.ts'

const smallest = 14

/** Buffers of answers, used again and again: of sizes that are powers of two, from 16 KB. */
export class ResponsePool {
  private readonly idle: Uint8Array[][] = Array.from({ length: 32 }, () => [])
  private held = 0

  /** At least so many bytes, with anything in them. */
  take(bytes: number): Uint8Array {
    const size = sizeClass(bytes)
    const buffer = this.idle[size].pop()
    if (buffer === undefined) return Buffer.allocUnsafeSlow(2 ** size)
    this.held -= buffer.length
    return buffer
  }

  /** Nobody may look at the buffer any more. */
  give(buffer: Uint8Array): void {
    if (this.held + buffer.length > limits.kafkaPooledBytes) return
    this.held += buffer.length
    this.idle[sizeClass(buffer.length)].push(buffer)
  }

  /** Bytes of the buffers that wait for use. */
  get heldBytes(): number {
    return this.held
  }
}

/** The connections of a thread share theirs: they seldom receive much all at once. */
export const responsePool = new ResponsePool()

function sizeClass(bytes: number): number {
  return Math.max(smallest, 32 - Math.clz32(bytes - 1))
}
