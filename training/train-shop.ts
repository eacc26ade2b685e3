import { ModelFolder } from '../connectors/onnx/model-folder.ts'
import type { ModelVersion, WrittenVersion } from '../connectors/onnx/write/index.ts'
import { writeModelFolder } from '../connectors/onnx/write/index.ts'
import type { TopicHome } from '../engine/home.ts'
import type { AnomalyMetrics, AnomalySettings } from './anomaly-version.ts'
import { anomalyVersion } from './anomaly-version.ts'
import type { RecommendMetrics } from './recommend-version.ts'
import { recommendVersion } from './recommend-version.ts'
import { readShopHistory } from './shop-history.ts'

export interface TrainOptions extends AnomalySettings {
  /** Where clicks and purchases are. It is only read. */
  readonly history: TopicHome
  /** The directory of models. */
  readonly out: string
  /** Whether the new versions serve at once; else only where none does yet. */
  readonly serve: boolean
}

export interface Trained<M> extends WrittenVersion {
  readonly name: string
  readonly rows: number
  readonly fingerprint: string
  /** Whether it is the version that serves now. */
  readonly serves: boolean
  readonly metrics: M
}

export interface TrainedShop {
  readonly anomaly: Trained<AnomalyMetrics>
  readonly recommend: Trained<RecommendMetrics>
}

/** Trains both models of the clickstream from what happened, and writes a version of each. */
export async function trainShop(options: TrainOptions): Promise<TrainedShop> {
  const { history, out, serve, seed, budget, confidence } = options
  const happened = await readShopHistory(history)
  const anomaly = anomalyVersion(happened, { seed, budget, confidence })
  const recommend = recommendVersion(happened.bought)
  return {
    anomaly: { ...(await write(out, serve, anomaly.version)), metrics: anomaly.metrics },
    recommend: { ...(await write(out, serve, recommend.version)), metrics: recommend.metrics },
  }
}

async function write(
  out: string,
  serve: boolean,
  model: ModelVersion,
): Promise<Omit<Trained<never>, 'metrics'>> {
  const written = await writeModelFolder(out, model)
  const folder = new ModelFolder(out)
  const serves = serve || (await folder.servingOrNone(model.name)) === undefined
  if (serves) await folder.promote(model.name, written.version)
  return {
    name: model.name,
    ...written,
    rows: model.data?.rows ?? 0,
    fingerprint: model.data?.fingerprint ?? '',
    serves,
  }
}
