import { gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { lz4Compress, lz4Decompress } from '@platformatic/wasm-utils'
import type { ErrorPlace } from '../../errors.ts'
import { HeadraceError, messageOf } from '../../errors.ts'
import { limits } from '../../limits.ts'
import { lz4Length } from './lz4.ts'
import { snappyDecode, snappyEncode, snappyLength } from './snappy.ts'

/** The codecs of Kafka's record batches, by the number that a batch's attributes carry. */
export const codecs = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const
export type CodecName = keyof typeof codecs
export type Codec = (typeof codecs)[CodecName]

export interface DecompressOptions extends ErrorPlace {
  readonly maxBytes?: number
}

/** What `bytes` hold; the same bytes for codec none. The codec is a number from outside, so any is accepted. */
export function decompress(codec: number, bytes: Uint8Array, options: DecompressOptions = {}): Uint8Array {
  const { maxBytes = limits.decompressedBytes, ...place } = options
  try {
    switch (codec) {
      case codecs.none:
        return bytes
      case codecs.gzip:
        return gunzipSync(bytes, { maxOutputLength: maxBytes })
      case codecs.snappy:
        assertFits(snappyLength(bytes), maxBytes, place)
        return snappyDecode(bytes)
      case codecs.lz4:
        assertFits(lz4Length(bytes), maxBytes, place)
        return lz4Decompress(asBuffer(bytes))
      case codecs.zstd:
        return zstdDecompressSync(bytes, { maxOutputLength: maxBytes })
    }
  } catch (error) {
    if (error instanceof HeadraceError) throw error
    if (isOutputLimit(error)) throw tooLarge(maxBytes, place)
    const message = `the batch cannot be decompressed: ${messageOf(error)}`
    throw new HeadraceError('HR_BATCH_CORRUPT', message, { ...place, cause: error })
  }
  throw new HeadraceError('HR_BATCH_CORRUPT', `the batch names compression ${codec}, which is none`, place)
}

export function compress(codec: Codec, bytes: Uint8Array): Uint8Array {
  switch (codec) {
    case codecs.none:
      return bytes
    case codecs.gzip:
      return gzipSync(bytes)
    case codecs.snappy:
      return snappyEncode(bytes)
    case codecs.lz4:
      return lz4Compress(asBuffer(bytes))
    case codecs.zstd:
      return zstdCompressSync(bytes)
  }
}

function assertFits(length: number, maxBytes: number, place: ErrorPlace): void {
  if (length > maxBytes) throw tooLarge(maxBytes, place)
}

function tooLarge(maxBytes: number, place: ErrorPlace): HeadraceError {
  return new HeadraceError(
    'HR_BATCH_TOO_LARGE',
    `the batch decompresses to more than ${maxBytes} bytes`,
    place,
  )
}

function isOutputLimit(error: unknown): boolean {
  return error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
