import { InferenceSession, Tensor } from 'onnxruntime-node'
import { exportEase } from '../../connectors/onnx/write/index.ts'
import type { EaseModel } from '../../training/ease.ts'
import type { Case } from './cases.ts'

export interface ScoredList {
  readonly items: readonly number[]
  readonly scores: readonly number[]
}

/** What the exported model recommends, in onnxruntime: it masks what it was given, and no more than that is known to it. */
export async function exportedLists(
  model: EaseModel,
  cases: readonly Case[],
  recent: number,
  top: number,
): Promise<ScoredList[]> {
  const { bytes } = exportEase({ ...model, recent, top })
  const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1, interOpNumThreads: 1 })
  const slots = new Float32Array(cases.length * recent).fill(-1)
  cases.forEach(({ taken }, row) => {
    slots.set(taken.slice(-recent), row * recent)
  })
  const answer = await session.run({ recent: new Tensor('float32', slots, [cases.length, recent]) })
  await session.release()
  const rowOf = (tensor: Tensor, row: number) =>
    Array.from((tensor.data as Float32Array).subarray(row * top, (row + 1) * top))
  return cases.map((_, row) => ({ items: rowOf(answer.items, row), scores: rowOf(answer.scores, row) }))
}

/** Whether two lists are the same, but for the order of items whose scores differ by rounding alone. */
export function areAlike(one: ScoredList, other: ScoredList): boolean {
  return one.items.every((item, place) => {
    const distance = Math.abs(one.scores[place] - other.scores[place])
    const isTied = distance <= 1e-5 * Math.max(1, Math.abs(one.scores[place]))
    return isTied && (item === other.items[place] || hasNeighbour(one, place))
  })
}

/** Whether another item of the list, or the one that has just missed it, may have this place as well. */
function hasNeighbour({ scores }: ScoredList, place: number): boolean {
  const near = (other: number) => Math.abs(scores[place] - scores[other]) <= 1e-5
  return place === scores.length - 1 || near(place + 1) || (place > 0 && near(place - 1))
}
