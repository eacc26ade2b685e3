/** Rows under headings, columns as wide as they need; those named in `right` are aligned to the right. */
export function tableLines(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly string[] = [],
): string[] {
  const all = [headings, ...rows]
  const widths = headings.map((_, column) => Math.max(...all.map(row => row[column].length)))
  return all.map(row =>
    row
      .map((cell, column) =>
        right.includes(headings[column]) ? cell.padStart(widths[column]) : cell.padEnd(widths[column]),
      )
      .join('  ')
      .trimEnd(),
  )
}
