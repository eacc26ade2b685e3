import type { HeadraceError } from '../../../engine/errors.ts'
import type { Dimension, Shape } from './messages.ts'
import { unwritable } from './parameters.ts'

/** The shape of an operation by element: missing dimensions and those of 1 are stretched. */
export function broadcast(operator: string, left: Shape, right: Shape): Shape {
  const rank = Math.max(left.length, right.length)
  return Array.from({ length: rank }, (_, index) => {
    const one = left[index - rank + left.length] ?? 1
    const other = right[index - rank + right.length] ?? 1
    if (one === other || other === 1) return one
    if (one === 1) return other
    throw unfit(operator, left, right)
  })
}

/** [n, k] times [k, m]. */
export function product(operator: string, left: Shape, right: Shape): Shape {
  const [rows, inner] = left
  const [length, columns] = right
  if (left.length !== 2 || right.length !== 2 || inner !== length) throw unfit(operator, left, right)
  return [rows!, columns!]
}

/** The shape with one dimension set to another size. */
export function resized(shape: Shape, axis: number, size: Dimension): Shape {
  return shape.with(axis, size)
}

/** The shape without one of its dimensions. */
export function without(shape: Shape, axis: number): Shape {
  return shape.toSpliced(axis, 1)
}

function unfit(operator: string, left: Shape, right: Shape): HeadraceError {
  return unwritable(`${operator} takes no [${left}] with [${right}]`)
}
