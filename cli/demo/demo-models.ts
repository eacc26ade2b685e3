import { ModelFolder } from '../../connectors/onnx/model-folder.ts'
import { Anomaly, Recommend } from '../../jobs/clickstream/models.ts'
import type { GeneratedShop } from '../../training/generated-shop.ts'
import { generatedShop } from '../../training/generated-shop.ts'
import { trainShop } from '../../training/train-shop.ts'

/** What the models are trained on, other than what they are then shown. */
const usual: GeneratedShop = { events: 1_000_000, perSecond: 20_000, seed: 1001 }

/** Trains the models of the flagship where there are none; false: they were there. */
export async function ensureModels(
  dir: string,
  note: (text: string) => void,
  shop: GeneratedShop = usual,
): Promise<boolean> {
  const folder = new ModelFolder(dir)
  const serving = await Promise.all([Anomaly, Recommend].map(({ name }) => folder.servingOrNone(name)))
  if (!serving.includes(undefined)) return false
  note('training the models, which takes some seconds')
  const history = await generatedShop(shop)
  await trainShop({ history, out: dir, serve: false, seed: shop.seed, budget: 0.001, confidence: 0.99 })
  return true
}
