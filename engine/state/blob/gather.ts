/**
 * Copies of chosen rows. Cells of 4 and 8 bytes are moved as 32-bit words: one loop for all kinds, no
 * bigint made, the bits of a NaN kept.
 */

/** From here on a row is worth a block copy. */
const blockCells = 64

export function gatherWords(
  target: Int32Array,
  data: Int32Array,
  indexes: Int32Array,
  n: number,
  words: number,
): void {
  if (words >= blockCells) {
    gatherBlocks(target, data, indexes, n, words)
    return
  }
  let at = 0
  for (let i = 0; i < n; i++) {
    const from = indexes[i] * words
    for (let word = 0; word < words; word++) target[at++] = data[from + word]
  }
}

export function gatherBytes(
  target: Uint8Array,
  data: Uint8Array,
  indexes: Int32Array,
  n: number,
  width: number,
): void {
  if (width >= blockCells) {
    gatherBlocks(target, data, indexes, n, width)
    return
  }
  let at = 0
  for (let i = 0; i < n; i++) {
    const from = indexes[i] * width
    for (let cell = 0; cell < width; cell++) target[at++] = data[from + cell]
  }
}

function gatherBlocks<A extends Int32Array | Uint8Array>(
  target: A,
  data: A,
  indexes: Int32Array,
  n: number,
  cells: number,
): void {
  for (let i = 0; i < n; i++) {
    const from = indexes[i] * cells
    target.set(data.subarray(from, from + cells), i * cells)
  }
}

/** Packs `bytes[starts[i]..ends[i])` of the first rows one behind the other; neighbours go in one copy. */
export function copyRuns(
  target: Uint8Array,
  offsets: Int32Array,
  bytes: Uint8Array,
  starts: Int32Array,
  ends: Int32Array,
  rows: number,
): void {
  let at = 0
  let row = 0
  while (row < rows) {
    const from = starts[row]
    let to = from
    for (; row < rows && starts[row] === to; row++) {
      offsets[row] = at + to - from
      to = ends[row]
    }
    copyPart(target, at, bytes, from, to)
    at += to - from
  }
  offsets[rows] = at
}

/** Packs `bytes[starts[s]..ends[s])` of the chosen rows one behind the other. */
export function gatherRuns(
  target: Uint8Array,
  offsets: Int32Array,
  bytes: Uint8Array,
  starts: Int32Array,
  ends: Int32Array,
  indexes: Int32Array,
  n: number,
): void {
  let at = 0
  for (let i = 0; i < n; i++) {
    const row = indexes[i]
    offsets[i] = at
    copyPart(target, at, bytes, starts[row], ends[row])
    at += ends[row] - starts[row]
  }
  offsets[n] = at
}

function copyPart(target: Uint8Array, at: number, bytes: Uint8Array, from: number, to: number): void {
  if (to - from >= blockCells) target.set(bytes.subarray(from, to), at)
  else for (let i = from; i < to; i++) target[at++] = bytes[i]
}
