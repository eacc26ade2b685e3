import type { RowLayout, Rows } from './row-layout.ts'

/** Whether two rows have the same key: nulls are alike, and so are values that are no numbers. */
export function sameKey(layout: RowLayout, a: Rows, aRow: number, b: Rows, bRow: number): boolean {
  for (let leaf = 0; leaf < layout.keys; leaf++) {
    const isNull = layout.isNull(a, aRow, leaf)
    if (isNull !== layout.isNull(b, bRow, leaf)) return false
    if (!isNull && !sameValue(layout, a, layout.word(aRow, leaf), b, layout.word(bRow, leaf), leaf))
      return false
  }
  return true
}

function sameValue(layout: RowLayout, a: Rows, aWord: number, b: Rows, bWord: number, leaf: number): boolean {
  const { form } = layout.leaves[leaf]
  if (form === 'bigint') return a.words.i64[aWord] === b.words.i64[bWord]
  if (form === 'number' || form === 'code') return sameNumber(a.words.f64[aWord], b.words.f64[bWord])
  return sameBytes(a, aWord, b, bWord)
}

export function sameNumber(a: number, b: number): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b))
}

export function sameBytes(a: Rows, aWord: number, b: Rows, bWord: number): boolean {
  const length = a.words.i32[aWord * 2 + 1]
  if (length !== b.words.i32[bWord * 2 + 1]) return false
  const [aStart, bStart] = [a.words.i32[aWord * 2], b.words.i32[bWord * 2]]
  for (let k = 0; k < length; k++) if (a.heap[aStart + k] !== b.heap[bStart + k]) return false
  return true
}
