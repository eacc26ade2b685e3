import { HeadraceError } from '../../errors.ts'

export interface RecordHeader {
  readonly key: string
  readonly value: Uint8Array | null
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** The headers of one record, from its `headersStart` and `headersEnd`. Values are views of `bytes`. */
export function readHeaders(bytes: Uint8Array, start: number, end: number): RecordHeader[] {
  if (start === end) return []
  const cursor = new Cursor(bytes, start, end)
  const count = cursor.readVarint()
  const headers: RecordHeader[] = []
  for (let i = 0; i < count; i++) {
    const key = cursor.readBytes()
    if (key === null) throw damaged()
    headers.push({ key: utf8.decode(key), value: cursor.readBytes() })
  }
  if (count < 0 || cursor.at !== end) throw damaged()
  return headers
}

class Cursor {
  at: number
  readonly #bytes: Uint8Array
  readonly #end: number

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes
    this.#end = end
    this.at = start
  }

  readVarint(): number {
    let raw = 0
    for (let shift = 0; shift < 35 && this.at < this.#end; shift += 7) {
      const byte = this.#bytes[this.at++]
      raw |= (byte & 127) << shift
      if (byte <= 127) return (raw >>> 1) ^ -(raw & 1)
    }
    throw damaged()
  }

  /** A length and so many bytes; null for a negative length. */
  readBytes(): Uint8Array | null {
    const length = this.readVarint()
    if (length < 0) return null
    const start = this.at
    this.at += length
    if (this.at > this.#end) throw damaged()
    return this.#bytes.subarray(start, this.at)
  }
}

function damaged(): HeadraceError {
  return new HeadraceError('HR_BATCH_CORRUPT', 'the headers of a record are damaged')
}
