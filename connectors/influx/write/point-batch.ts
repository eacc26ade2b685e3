import { limits } from '../../../engine/limits.ts'

const FIRST_BYTES = 1 << 12
const FIRST_POINTS = 64

/** Lines for one request, with the event time of each. It is filled again when the request is done with. */
export class PointBatch {
  bytes: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES)
  points = 0
  private length = 0
  private ends = new Int32Array(FIRST_POINTS)
  private times = new Float64Array(FIRST_POINTS)

  /** Where the next line begins, with room for it. */
  reserve(room: number): number {
    const needed = this.length + room
    if (needed > this.bytes.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2))
      this.bytes.copy(grown, 0, 0, this.length)
      this.bytes = grown
    }
    return this.length
  }

  /** Takes what was written where `reserve` said as a line. */
  add(end: number, time: number): void {
    if (this.points === this.ends.length) this.grow()
    this.times[this.points] = time
    this.ends[this.points++] = end
    this.length = end
  }

  get isFull(): boolean {
    return this.points === limits.influxPoints || this.length >= limits.influxBytes
  }

  /** The lines of some points, valid until the batch is cleared. */
  lines(first: number, behind: number): Buffer {
    return this.bytes.subarray(this.startOf(first), this.startOf(behind))
  }

  /** A copy of one point's line, without its newline. */
  line(point: number): Uint8Array {
    return new Uint8Array(this.bytes.subarray(this.startOf(point), this.ends[point] - 1))
  }

  time(point: number): number {
    return this.times[point]
  }

  clear(): void {
    this.points = this.length = 0
    if (this.bytes.length > 2 * limits.influxBytes) this.bytes = Buffer.allocUnsafeSlow(FIRST_BYTES)
  }

  private grow(): void {
    const [ends, times] = [this.ends, this.times]
    this.ends = new Int32Array(ends.length * 2)
    this.times = new Float64Array(ends.length * 2)
    this.ends.set(ends)
    this.times.set(times)
  }

  private startOf(point: number): number {
    return point === 0 ? 0 : this.ends[point - 1]
  }
}
