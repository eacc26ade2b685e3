import type { Histogram, MetricValueWithName } from 'prom-client'
import type { ViewFigures } from './view-figures.ts'
import { ageBoundsMs } from './view-figures.ts'

const name = 'headrace_feature_age_seconds'

/** Ages of what was served. A histogram of prom-client takes a microsecond a value: this one is counted beforehand. */
export class AgeHistogram {
  readonly name = name
  readonly help = 'Age of the values that were served, by their event time'
  readonly type = 'histogram'
  readonly aggregator = 'sum'
  private readonly views: () => Iterable<ViewFigures>

  constructor(views: () => Iterable<ViewFigures>) {
    this.views = views
  }

  /** As a registry takes it. */
  get metric(): Histogram {
    return this as unknown as Histogram
  }

  async get(): Promise<object> {
    const { help, type, aggregator } = this
    const values = [...this.views()].flatMap(valuesOf)
    return { name, help, type, aggregator, values }
  }

  /** What was served is not forgotten. */
  reset(): void {}
}

function valuesOf({ ages, ageSumMs, labels }: ViewFigures): MetricValueWithName<string>[] {
  let count = 0
  const buckets = [...ages].map((values, index) => {
    count += values
    const bound = ageBoundsMs[index]
    const le = bound === undefined ? '+Inf' : bound / 1000
    return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: count }
  })
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: ageSumMs / 1000 },
    { metricName: `${name}_count`, labels, value: count },
  ]
}
