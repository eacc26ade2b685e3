import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import {
  DashboardBuilder,
  DashboardCursorSync,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { jobSeries } from '../../../cli/telemetry/job-series.ts'
import { bucketsQuery, jobsQuery } from './flux.ts'
import { fluxGraph, prometheusGraph, sources } from './graph.ts'
import type { JobPanel } from './job-panels.ts'
import { freshness, overview, stepPanels } from './job-panels.ts'
import { featurePanels, processPanels, resultPanels } from './result-panels.ts'
import { driftPanels, modelPanels, scorePanels } from './score-panels.ts'

/** What a deployment has: jobs in InfluxDB, their results, and features as Prometheus knows them. */
export function jobsDashboard(): Dashboard {
  const board = dashboard('Headrace jobs', 'headrace-jobs')
    .withVariable(sourceVariable('influx', 'InfluxDB', 'influxdb'))
    .withVariable(sourceVariable('prometheus', 'Prometheus', 'prometheus'))
    .withVariable(bucketVariable())
    .withVariable(chosenJobs(jobsQuery(jobSeries.whole), { type: 'influxdb', uid: sources.influx }))
  const graphOf = (panel: JobPanel) => fluxGraph(panel, panel.flux)
  addRow(board, 'Jobs', overview.map(graphOf))
  addRow(board, 'Steps', stepPanels.map(graphOf))
  addRow(
    board,
    'Results',
    resultPanels.map(panel => fluxGraph(panel, panel.query)),
  )
  addRow(board, 'Features', [
    graphOf(freshness),
    ...featurePanels.map(panel => prometheusGraph(panel, panel.query)),
  ])
  return board.build()
}

/** The same of jobs from Prometheus alone. */
export function prometheusDashboard(): Dashboard {
  const prometheus = { type: 'prometheus', uid: sources.prometheus }
  const board = dashboard('Headrace jobs, from Prometheus', 'headrace-jobs-prometheus')
    .withVariable(sourceVariable('prometheus', 'Prometheus', 'prometheus'))
    .withVariable(chosenJobs('label_values(headrace_commits_total, headrace_job)', prometheus))
  const graphOf = (panel: JobPanel) => {
    const labels = panel.labels.map(label => (label === 'job' ? 'headrace_job' : label))
    return prometheusGraph({ ...panel, labels }, panel.promql)
  }
  addRow(board, 'Jobs', overview.map(graphOf))
  addRow(board, 'Steps', stepPanels.map(graphOf))
  addRow(board, 'Features', [
    graphOf(freshness),
    ...featurePanels.map(panel => prometheusGraph(panel, panel.query)),
  ])
  addRow(
    board,
    'Processes',
    processPanels.map(panel => prometheusGraph(panel, panel.query)),
  )
  return board.build()
}

/** What models say, how they are doing, and whether the stream is still what they were trained on. */
export function scoresDashboard(): Dashboard {
  const influx = { type: 'influxdb', uid: sources.influx }
  const board = dashboard('Headrace scores and drift', 'headrace-scores')
    .withVariable(sourceVariable('influx', 'InfluxDB', 'influxdb'))
    .withVariable(bucketVariable())
    .withVariable(chosenJobs(jobsQuery(jobSeries.whole), influx))
  for (const [title, panels] of [
    ['Scores', scorePanels],
    ['Drift', driftPanels],
    ['Models', modelPanels],
  ] as const) {
    addRow(
      board,
      title,
      panels.map(panel => fluxGraph(panel, panel.query)),
    )
  }
  return board.build()
}

function dashboard(title: string, uid: string): DashboardBuilder {
  return new DashboardBuilder(title)
    .uid(uid)
    .tags(['headrace'])
    .time({ from: 'now-15m', to: 'now' })
    .refresh('10s')
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
}

function addRow(
  board: DashboardBuilder,
  title: string,
  graphs: readonly ReturnType<typeof fluxGraph>[],
): void {
  board.withRow(new RowBuilder(title))
  for (const graph of graphs) board.withPanel(graph)
}

function sourceVariable(name: keyof typeof sources, label: string, type: string): DatasourceVariableBuilder {
  return new DatasourceVariableBuilder(name).label(label).type(type)
}

function bucketVariable(): QueryVariableBuilder {
  return new QueryVariableBuilder('bucket')
    .label('Bucket')
    .datasource({ type: 'influxdb', uid: sources.influx })
    .query(bucketsQuery)
    .refresh(VariableRefresh.OnDashboardLoad)
    .current({ text: 'headrace', value: 'headrace', selected: true })
}

function chosenJobs(query: string, datasource: { type: string; uid: string }): QueryVariableBuilder {
  return new QueryVariableBuilder('job')
    .label('Job')
    .datasource(datasource)
    .query(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .multi(true)
    .includeAll(true)
    .current({ text: 'All', value: '$__all', selected: true })
}
