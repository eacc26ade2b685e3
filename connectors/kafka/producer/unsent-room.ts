import { limits } from '../../../engine/limits.ts'

/** The tasks of a thread share what it may have on its way to brokers: few of them have more each than many. */
export class UnsentRoom {
  private producers = 0

  /** Bytes for one of them. */
  get share(): number {
    return Math.min(limits.kafkaUnsentBytes, limits.kafkaThreadUnsentBytes / this.producers)
  }

  enter(): void {
    this.producers++
  }

  leave(): void {
    this.producers--
  }
}
