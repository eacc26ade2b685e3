/** Rows of so many floats each, one row after the other: the layout of a tensor. */
export interface Matrix {
  readonly rows: number
  readonly columns: number
  readonly values: Float32Array
}

export function matrixOf(columns: readonly ArrayLike<number>[]): Matrix {
  const rows = columns[0]?.length ?? 0
  const values = new Float32Array(rows * columns.length)
  columns.forEach((column, k) => {
    for (let row = 0; row < rows; row++) values[row * columns.length + k] = column[row]
  })
  return { rows, columns: columns.length, values }
}

/** The given rows of a matrix, in the given order. */
export function takeRows({ columns, values }: Matrix, rows: Int32Array): Matrix {
  const taken = new Float32Array(rows.length * columns)
  rows.forEach((row, index) => {
    taken.set(values.subarray(row * columns, (row + 1) * columns), index * columns)
  })
  return { rows: rows.length, columns, values: taken }
}

export function columnOf({ rows, columns, values }: Matrix, column: number): Float32Array {
  const taken = new Float32Array(rows)
  for (let row = 0; row < rows; row++) taken[row] = values[row * columns + column]
  return taken
}
