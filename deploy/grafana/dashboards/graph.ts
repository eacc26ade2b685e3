import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog'
import {
  LegendDisplayMode,
  LegendPlacement,
  VisibilityMode,
  VizLegendOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus'
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries'
import { FluxQuery } from './flux.ts'
import { variable } from './variable.ts'

/** The data sources of a dashboard are variables, so that it can be imported anywhere. */
export const sources = { influx: variable('influx'), prometheus: variable('prometheus') } as const

export interface Graph {
  readonly title: string
  readonly description: string
  readonly unit: string
  /** What names a line. */
  readonly labels: readonly string[]
}

/** Windows hold a point at least where a job writes one every five seconds. */
const shortestWindow = '10s'

export function fluxGraph(graph: Graph, query: string): PanelBuilder {
  const name = graph.labels.map(label => variable(`__field.labels.${label}`)).join(' ')
  return lines(graph, new FluxQuery(query, sources.influx))
    .datasource({ type: 'influxdb', uid: sources.influx })
    .interval(shortestWindow)
    .displayName(name)
}

export function prometheusGraph(graph: Graph, query: string): PanelBuilder {
  const datasource = { type: 'prometheus', uid: sources.prometheus }
  const target = new DataqueryBuilder()
    .refId('A')
    .expr(query)
    .legendFormat(graph.labels.map(label => `{{${label}}}`).join(' '))
    .datasource(datasource)
    .range()
  return lines(graph, target).datasource(datasource)
}

function lines({ title, description, unit }: Graph, target: Builder<Dataquery>): PanelBuilder {
  return new PanelBuilder()
    .title(title)
    .description(description)
    .unit(unit)
    .min(0)
    .span(12)
    .height(8)
    .fillOpacity(8)
    .lineWidth(1)
    .showPoints(VisibilityMode.Never)
    .spanNulls(60_000)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true),
    )
    .withTarget(target)
}
