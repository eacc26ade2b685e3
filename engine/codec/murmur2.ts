/** Kafka's hash of a record key: outputs land in the partition that Java's producer would choose. */
export function murmur2(bytes: Uint8Array, start: number, end: number): number {
  const m = 0x5bd1e995
  let hash = 0x9747b28c ^ (end - start)
  let at = start
  for (; at + 4 <= end; at += 4) {
    let word = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)
    word = Math.imul(word, m)
    word = Math.imul(word ^ (word >>> 24), m)
    hash = Math.imul(hash, m) ^ word
  }
  const rest = end - at
  if (rest === 3) hash ^= bytes[at + 2] << 16
  if (rest >= 2) hash ^= bytes[at + 1] << 8
  if (rest >= 1) hash = Math.imul(hash ^ bytes[at], m)
  hash = Math.imul(hash ^ (hash >>> 13), m)
  return hash ^ (hash >>> 15)
}

export function partitionOf(bytes: Uint8Array, start: number, end: number, partitions: number): number {
  return (murmur2(bytes, start, end) & 0x7fffffff) % partitions
}
