import { limits } from '../../../engine/limits.ts'

/** The answers of a thread whose bytes are still to be read, counted together. */
export class HeldAnswers {
  bytes = 0

  /** Beyond this only those are asked for more who have nothing. */
  get areMany(): boolean {
    return this.bytes >= limits.fetchedBytes
  }

  hold(bytes: number, release: () => void): HeldAnswer {
    this.bytes += bytes
    return new HeldAnswer(() => {
      this.bytes -= bytes
      release()
    })
  }
}

/** One answer, whose bytes several partitions share: they go back when nobody reads them any more. */
export class HeldAnswer {
  readonly #release: () => void
  #readers = 1

  /** Whoever makes it reads it. */
  constructor(release: () => void) {
    this.#release = release
  }

  share(): void {
    this.#readers++
  }

  letGo(): void {
    this.#readers--
    if (this.#readers === 0) this.#release()
  }
}
