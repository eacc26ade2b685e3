/** Which values go left: `<=` is the custom of scikit-learn and LightGBM, `<` that of XGBoost. */
export type Split = '<=' | '<'

/**
 * The threshold in 32 bits that splits all numbers of 32 bits as the one of 64 bits does: where it lies between two
 * of them, the lower one, or the upper one for `<`.
 */
export function floatThreshold(threshold: number, split: Split): number {
  const nearest = Math.fround(threshold)
  if (split === '<=') return nearest > threshold ? neighbour(nearest, -1) : nearest
  return nearest < threshold ? neighbour(nearest, 1) : nearest
}

/** The next number of 32 bits in a direction. */
function neighbour(float: number, direction: 1 | -1): number {
  const view = new DataView(new ArrayBuffer(4))
  if (float === 0) {
    view.setInt32(0, 1)
    return direction * view.getFloat32(0)
  }
  view.setFloat32(0, float)
  view.setInt32(0, view.getInt32(0) + (float > 0 ? direction : -direction))
  return view.getFloat32(0)
}
