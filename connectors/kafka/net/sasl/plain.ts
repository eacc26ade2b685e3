import type { Mechanism } from './mechanism.ts'

/** RFC 4616: name and password as they are, so only TLS keeps them from others. */
export class Plain implements Mechanism {
  readonly name = 'PLAIN'
  readonly #message: Uint8Array

  constructor(username: string, password: string) {
    this.#message = new TextEncoder().encode(`\0${username}\0${password}`)
  }

  async first(): Promise<Uint8Array> {
    return this.#message
  }

  async next(): Promise<undefined> {}
}
