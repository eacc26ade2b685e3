import { HeadraceError } from '../../engine/errors.ts'

/** End offsets of topics, by partition. */
export type Ends = Readonly<Record<string, readonly number[]>>

/** What one record of a job's state log decides beside the engine's payload. */
export interface Commit {
  /** How long the marks are. */
  readonly marksBytes: number
  /** Where each partition of the outputs ends. */
  readonly ends: Ends
}

export interface CommitRecord {
  readonly commit: Commit
  readonly payload: Uint8Array
}

const version = 1
const prefixBytes = 8
const align = (length: number) => Math.ceil(length / 8) * 8

/**
 * What precedes the payload in a record, little-endian: version u32, length u32 of the text, the commit as JSON,
 * zeros up to a multiple of 8, as the engine reads numbers of the payload in place.
 */
export function encodeCommit(commit: Commit): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(commit))
  const bytes = new Uint8Array(align(prefixBytes + text.length))
  const view = new DataView(bytes.buffer)
  view.setUint32(0, version, true)
  view.setUint32(4, text.length, true)
  bytes.set(text, prefixBytes)
  return bytes
}

export function decodeCommit(record: Uint8Array): CommitRecord {
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength)
  const found = view.getUint32(0, true)
  if (found !== version) {
    const message = `the commit has format ${found}, this version reads ${version}`
    throw new HeadraceError('HR_STATE_VERSION', message)
  }
  const end = prefixBytes + view.getUint32(4, true)
  const commit = JSON.parse(new TextDecoder().decode(record.subarray(prefixBytes, end))) as Commit
  return { commit, payload: record.subarray(align(end)) }
}
