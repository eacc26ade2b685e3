import type { Home } from '../../engine/home.ts'
import { topicSpec } from '../../engine/topic.ts'
import { anomalies, drifted, recommendations } from '../../jobs/clickstream/topics.ts'
import { AnomalyPanel } from './anomaly-panel.ts'
import { DriftPanel } from './drift-panel.ts'
import { OfferPanel } from './offer-panel.ts'
import { ResultReader } from './result-reader.ts'

/** What the flagship has found, below the progress line. */
export class DemoScreen {
  private readonly panels: readonly { lines(): string[] }[]
  private readonly readers: readonly Pick<ResultReader<unknown>, 'update' | 'close'>[]

  static async open(home: Home): Promise<DemoScreen> {
    const [anomaly, offer, drift] = [new AnomalyPanel(), new OfferPanel(), new DriftPanel()]
    return new DemoScreen(
      [anomaly, offer, drift],
      [
        await ResultReader.open(home, topicSpec(anomalies), anomaly.take),
        await ResultReader.open(home, topicSpec(recommendations), offer.take),
        await ResultReader.open(home, topicSpec(drifted), drift.take),
      ],
    )
  }

  private constructor(panels: DemoScreen['panels'], readers: DemoScreen['readers']) {
    this.panels = panels
    this.readers = readers
  }

  async update(): Promise<void> {
    for (const reader of this.readers) await reader.update()
  }

  lines(): string[] {
    return this.panels.flatMap(panel => panel.lines())
  }

  close(): void {
    for (const reader of this.readers) reader.close()
  }
}
