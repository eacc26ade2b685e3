/** Batches as Apache Arrow: an entry of its own, since jobs start faster without. */
export { columnFromArrow, fromArrow } from './from-arrow.ts'
export { toArrow } from './to-arrow.ts'
