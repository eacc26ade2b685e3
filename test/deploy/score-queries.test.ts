import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InfluxDB } from '@influxdata/influxdb-client'
import { jobSeries } from '../../cli/telemetry/job-series.ts'
import { SeriesPointWriter } from '../../cli/telemetry/series-point-writer.ts'
import { InfluxSeries } from '../../connectors/influx/series.ts'
import type { Series } from '../../engine/stores/series.ts'
import { anomalyScores, driftStatistics, recommendationScores } from '../../jobs/clickstream/stores.ts'
import { graphsOf, readDashboard } from '../support/dashboards.ts'
import { influx, newBucket } from '../support/services/influx.ts'

const graphs = graphsOf(readDashboard('headrace-scores'))
const bucket = await newBucket(await influx(), 'scores')
const begin = Math.floor(Date.now() / 10_000) * 10_000 - 120_000
const steps = Array.from({ length: 10 }, (_, nth) => nth)

/** What a run of the flagship writes, in small: every row a later one. */
const written: readonly { series: Series; rows: readonly object[] }[] = [
  {
    series: anomalyScores,
    rows: steps.flatMap(nth =>
      (['none', 'high'] as const).map(severity => ({
        severity,
        windowEnd: begin + nth * 10_000,
        windows: severity === 'none' ? 100 : nth,
        score: severity === 'none' ? 0.4 : 0.8,
        highest: 0.9,
        modelVersion: 2,
      })),
    ),
  },
  {
    series: recommendationScores,
    rows: steps.map(nth => {
      return {
        shop: 'all',
        windowEnd: begin + nth * 10_000,
        recommendations: 7,
        topScore: 0.5,
        modelVersion: 1,
      }
    }),
  },
  {
    series: driftStatistics,
    rows: steps.flatMap(nth =>
      (['psi', 'adwin'] as const).map(name => ({
        step: 'users',
        field: 'spend',
        test: name,
        windowEnd: begin + nth * 10_000,
        statistic: nth,
        threshold: 4,
        pValue: name === 'psi' ? 0.25 : null,
        rows: 500,
        alarm: nth > 4,
      })),
    ),
  },
  {
    series: jobSeries.scores,
    rows: steps.map(nth => ({
      job: 'clickstream',
      process: 'one',
      step: 'anomaly',
      model: 'anomaly',
      time: begin + nth * 10_000,
      version: 3,
      rows: nth * 1000,
      calls: nth,
      seconds: nth / 100,
      failures: 0,
      fallbacks: 0,
      remembered: 0,
      swaps: 0,
      refused: 0,
      breakerOpen: false,
    })),
  },
]

test.before(async () => {
  const store = new InfluxSeries({ ...bucket }, () => {})
  const writer = new SeriesPointWriter(store, 'clickstream')
  await writer.write(written as never)
  await store.close()
})

/** As Grafana would send it, for graphs with a point for every ten seconds. */
async function rowsOf(title: string): Promise<Record<string, unknown>[]> {
  const query = graphs.find(graph => graph.title === title)?.targets[0].query ?? ''
  const asked = query
    .replaceAll('$' + '{bucket}', bucket.bucket)
    .replaceAll('$' + '{job:regex}', '(clickstream|another)')
    .replaceAll('v.timeRangeStart', '-15m')
    .replaceAll('v.timeRangeStop', '1m')
    .replaceAll('v.windowPeriod', '10s')
  const { url, token, org } = bucket
  return new InfluxDB({ url, token }).getQueryApi(org).collectRows(asked)
}

const valuesOf = (rows: readonly Record<string, unknown>[]) => rows.map(row => row._value as number)

test('every graph has rows, with times, numbers and the labels that name its lines', async () => {
  assert.equal(graphs.length, 12)
  for (const { title, fieldConfig } of graphs) {
    const rows = await rowsOf(title)
    assert.ok(rows.length > 0, title)
    for (const row of rows) {
      assert.equal(typeof row._value, 'number', title)
      assert.ok(!Number.isNaN(Date.parse(String(row._time))), title)
      for (const { groups } of (fieldConfig.defaults.displayName ?? '').matchAll(/labels\.(?<name>\w+)/g)) {
        assert.ok(row[groups!.name!], `${title}: ${groups!.name}`)
      }
    }
  }
})

test('drift is shown as a multiple of its threshold, and alarms are counted', async () => {
  const ratios = await rowsOf('Drift')
  assert.deepEqual([...new Set(ratios.map(row => row.test))].toSorted(), ['adwin', 'psi'])
  const psi = ratios.filter(row => row.test === 'psi')
  assert.deepEqual(
    valuesOf(psi),
    steps.map(nth => nth / 4),
  )
  const alarms = valuesOf(await rowsOf('Drift alarms'))
  assert.deepEqual(
    alarms,
    steps.map(nth => (nth > 4 ? 2 : 0)),
  )
  assert.deepEqual([...new Set(valuesOf(await rowsOf('Chance')))], [0.25])
})

test('models are shown with their version and what they score in a second', async () => {
  assert.deepEqual([...new Set(valuesOf(await rowsOf('Serving version')))], [3])
  assert.deepEqual([...new Set(valuesOf(await rowsOf('Rows scored')))], [100])
})
