/** Dots of a cell, from the top: those of its left column, then those of its right one. */
const dots = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const

const firstOfBraille = 0x2800
const blank = 0x20

/** A picture of dots, two wide and four high in each character. */
export class Braille {
  readonly width: number
  readonly height: number
  private readonly cells: Uint8Array
  private readonly columns: number

  constructor(columns: number, rows: number) {
    this.columns = columns
    this.width = columns * 2
    this.height = rows * 4
    this.cells = new Uint8Array(columns * rows)
  }

  /** From the left and from the top. */
  dot(x: number, y: number): void {
    this.cells[(y >> 2) * this.columns + (x >> 1)] |= dots[x & 1][y & 3]
  }

  line(fromX: number, fromY: number, toX: number, toY: number): void {
    const steps = Math.max(Math.abs(toX - fromX), Math.abs(toY - fromY), 1)
    for (let step = 0; step <= steps; step++) {
      const part = step / steps
      this.dot(Math.round(fromX + (toX - fromX) * part), Math.round(fromY + (toY - fromY) * part))
    }
  }

  lines(): string[] {
    return Array.from({ length: this.height / 4 }, (_, row) => {
      const cells = this.cells.subarray(row * this.columns, (row + 1) * this.columns)
      const codes = Array.from(cells, cell => (cell === 0 ? blank : firstOfBraille + cell))
      return String.fromCodePoint(...codes).trimEnd()
    })
  }
}
