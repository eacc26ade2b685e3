/** A rectangle of a large matrix that is kept row by row: where it begins, and how far apart its rows are. */
export interface Block {
  readonly values: Float64Array
  readonly at: number
  readonly stride: number
}

/** Of the right factor so much is in the cache at a time. */
const PANEL_ROWS = 128
const PANEL_COLUMNS = 64
/** Rows and columns of the result that are summed up in registers: every size has to be a multiple of it. */
export const TILE = 4

/** c += sign * a * b, with a of [rows, inner] and b of [inner, columns]. */
export function addProduct(
  c: Block,
  a: Block,
  b: Block,
  [rows, inner, columns]: readonly [rows: number, inner: number, columns: number],
  sign: 1 | -1,
): void {
  const panel = new Float64Array(PANEL_ROWS * PANEL_COLUMNS)
  for (let k = 0; k < inner; k += PANEL_ROWS) {
    const depth = Math.min(PANEL_ROWS, inner - k)
    for (let j = 0; j < columns; j += PANEL_COLUMNS) {
      const width = Math.min(PANEL_COLUMNS, columns - j)
      pack(panel, b, k, j, depth, width, sign)
      for (let i = 0; i < rows; i += TILE) {
        for (let tile = 0; tile < width; tile += TILE) {
          const to = c.at + i * c.stride + j + tile
          addTile(
            c.values,
            to,
            c.stride,
            a.values,
            a.at + i * a.stride + k,
            a.stride,
            panel,
            tile * depth,
            depth,
          )
        }
      }
    }
  }
}

/** Copies a part of b so that what a tile reads lies in one line. */
function pack(
  panel: Float64Array,
  { values, at, stride }: Block,
  row: number,
  column: number,
  depth: number,
  width: number,
  sign: 1 | -1,
): void {
  for (let k = 0; k < depth; k++) {
    const from = at + (row + k) * stride + column
    for (let j = 0; j < width; j++) {
      const tile = j - (j % TILE)
      panel[tile * depth + k * TILE + (j % TILE)] = sign * values[from + j]
    }
  }
}

function addTile(
  c: Float64Array,
  to: number,
  cStride: number,
  a: Float64Array,
  from: number,
  aStride: number,
  panel: Float64Array,
  panelAt: number,
  depth: number,
): void {
  let c00 = 0
  let c01 = 0
  let c02 = 0
  let c03 = 0
  let c10 = 0
  let c11 = 0
  let c12 = 0
  let c13 = 0
  let c20 = 0
  let c21 = 0
  let c22 = 0
  let c23 = 0
  let c30 = 0
  let c31 = 0
  let c32 = 0
  let c33 = 0
  const second = from + aStride
  const third = second + aStride
  for (let k = 0, b = panelAt; k < depth; k++, b += TILE) {
    const b0 = panel[b]
    const b1 = panel[b + 1]
    const b2 = panel[b + 2]
    const b3 = panel[b + 3]
    const a0 = a[from + k]
    const a1 = a[second + k]
    const a2 = a[third + k]
    const a3 = a[third + aStride + k]
    c00 += a0 * b0
    c01 += a0 * b1
    c02 += a0 * b2
    c03 += a0 * b3
    c10 += a1 * b0
    c11 += a1 * b1
    c12 += a1 * b2
    c13 += a1 * b3
    c20 += a2 * b0
    c21 += a2 * b1
    c22 += a2 * b2
    c23 += a2 * b3
    c30 += a3 * b0
    c31 += a3 * b1
    c32 += a3 * b2
    c33 += a3 * b3
  }
  addRow(c, to, c00, c01, c02, c03)
  addRow(c, to + cStride, c10, c11, c12, c13)
  addRow(c, to + 2 * cStride, c20, c21, c22, c23)
  addRow(c, to + 3 * cStride, c30, c31, c32, c33)
}

function addRow(c: Float64Array, to: number, a: number, b: number, d: number, e: number): void {
  c[to] += a
  c[to + 1] += b
  c[to + 2] += d
  c[to + 3] += e
}
