import { MemoryModels } from '../../../connectors/memory/models.ts'
import { Anomaly, candidateItems, Recommend } from '../../../jobs/clickstream/models.ts'

/** So many purchases in a window are strange to the model of the tests. */
export const strangePurchases = 8

/** Models whose answers a test can work out: many purchases are strange, and who takes an item is offered the next ones. */
export function modelsForTests(): MemoryModels {
  return new MemoryModels()
    .add(Anomaly, 3, ({ clicks, carts, purchases, spend, items }) => ({
      score: Math.min(1, purchases / 16),
      severity: purchases >= strangePurchases ? 2 : 0,
      deviations: Float32Array.of(clicks, carts, -purchases, spend, items),
    }))
    .add(Recommend, 7, ({ recent }) => ({
      items: Float32Array.from({ length: candidateItems }, (_, k) => (recent[0] + k) % 1000),
      scores: Float32Array.from({ length: candidateItems }, (_, k) => candidateItems - k),
    }))
}
