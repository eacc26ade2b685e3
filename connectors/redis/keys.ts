import { murmur2 } from '../../engine/codec/murmur2.ts'

/**
 * A view's entities are spread over so many buckets. What is in braces decides where in a cluster a key is: rows of one
 * bucket are written in one call, and the buckets divide the view among the nodes.
 */
export const BUCKETS = 1024

export interface ViewVersionName {
  readonly name: string
  readonly version: number
}

/** Definitions of all views, by `name@version`, and by name the version that is promoted. */
export function viewsKey(prefix: string): string {
  return `${prefix}views`
}

/** By `name@version`, the newest event time that was written. */
export function newestKey(prefix: string): string {
  return `${prefix}views:newest`
}

export function versionName({ name, version }: ViewVersionName): string {
  return `${name}@${version}`
}

export function bucketOf(entity: Uint8Array, start: number, end: number): number {
  return murmur2(entity, start, end) & (BUCKETS - 1)
}

/** What the keys of the entities in a bucket begin with. */
export function keyHead(prefix: string, view: ViewVersionName, bucket: number): string {
  return `${prefix}{${versionName(view)}:${bucket}}:`
}

export function entityKey(prefix: string, view: ViewVersionName, entity: string): string {
  const bytes = Buffer.from(entity)
  return keyHead(prefix, view, bucketOf(bytes, 0, bytes.length)) + entity
}

/** The pattern of all keys of entities, or of those of one view. */
export function keyPattern(prefix: string, view?: ViewVersionName): string {
  const literal = prefix.replace(/[\\*?[\]^]/g, '\\$&')
  return `${literal}{${view === undefined ? '*' : `${versionName(view)}:*`}}:*`
}

/** Of an entity's key: `name@version`. */
export function versionIn(key: string, prefix: string): string {
  return key.slice(prefix.length + 1, key.indexOf(':', prefix.length))
}
