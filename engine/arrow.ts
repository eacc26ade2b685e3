/** Batches as Apache Arrow: an entry of its own, since jobs start faster without. */
export { columnFromArrow, fromArrow } from './batch/from-arrow.ts'
export { toArrow } from './batch/to-arrow.ts'
