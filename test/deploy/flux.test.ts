import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { InfluxDB } from '@influxdata/influxdb-client'
import { CliFolder } from '../support/cli.ts'
import type { Graph } from '../support/dashboards.ts'
import { graphsOf, readDashboard } from '../support/dashboards.ts'
import { withSources } from '../support/pages.ts'
import { influx, newBucket } from '../support/services/influx.ts'
import { until } from '../support/services/until.ts'
import { root } from '../support/source-tree.ts'

type Bucket = Awaited<ReturnType<typeof newBucket>>
type Rows = readonly Readonly<Record<string, unknown>>[]

const board = readDashboard('headrace-jobs')
const fluxGraphs = graphsOf(board).filter(({ targets }) => targets[0].query !== undefined)

const named = [
  'Records a second',
  'Lag',
  'Watermark delay',
  'Late',
  'Rejected by steps',
  'Rejected inputs',
  'Clicks by kind',
  'Age of what is written to views',
]

/** The query as Grafana would send it, for graphs with a point for every second. */
function substituted(query: string, bucket: string): string {
  return query
    .replaceAll('$' + '{bucket}', bucket)
    .replaceAll('$' + '{job:regex}', '(clicks|another)')
    .replaceAll('v.timeRangeStart', '-15m')
    .replaceAll('v.timeRangeStop', '1m')
    .replaceAll('v.windowPeriod', '1s')
}

function rowsOf({ url, token, org, bucket }: Bucket, query: string): Promise<Rows> {
  return new InfluxDB({ url, token }).getQueryApi(org).collectRows(substituted(query, bucket))
}

/** Clicks of the last minute: some of bots. */
function someClicks(): string {
  const now = Date.now()
  const kinds = ['view', 'cart', 'purchase', 'bot']
  const clicks = Array.from({ length: 2000 }, (_, i) =>
    JSON.stringify({ ts: now - 60_000 + i * 30, user: i % 50, value: i % 7, kind: kinds[i % 4] }),
  )
  return clicks.join('\n')
}

test('every graph and every variable has rows while a job writes to a real InfluxDB', async t => {
  const bucket = await newBucket(await influx(), 'dashboards')
  await startClicks(t, bucket)
  // What the dashboards are for, each as InfluxDB has it.
  const titles = fluxGraphs.map(({ title }) => title)
  for (const title of named) assert.ok(titles.includes(title), title)
  for (const graph of fluxGraphs) await checkRows(graph, bucket)
  const offered = async (variable: string) => {
    const found = board.templating.list.find(({ name }) => name === variable)
    return (await rowsOf(bucket, found?.query ?? '')).map(row => row._value)
  }
  assert.ok((await offered('bucket')).includes(bucket.bucket))
  assert.deepEqual(await offered('job'), ['clicks'])
})

/** Rows that are times and numbers, with the labels that name the lines. */
async function checkRows({ title, targets, fieldConfig }: Graph, bucket: Bucket): Promise<void> {
  let rows: Rows = []
  await until(`rows of ${title}`, async () => {
    rows = await rowsOf(bucket, targets[0].query ?? '')
    return rows.length > 0
  })
  const labels = [...(fieldConfig.defaults.displayName ?? '').matchAll(/labels\.(?<name>\w+)/g)]
  assert.ok(labels.length > 0, title)
  for (const row of rows) {
    assert.equal(typeof row._value, 'number', title)
    assert.ok(!Number.isNaN(Date.parse(String(row._time))), title)
    for (const { groups } of labels) assert.ok(row[groups!.name!], `${title}: ${groups!.name}`)
  }
}

/** Runs the job that compose.yaml has, until the test is over. */
async function startClicks(t: TestContext, { url, token, org, bucket }: Bucket): Promise<void> {
  const folder = new CliFolder(t)
  folder.write('clicks.ts', withSources(readFileSync(`${root}deploy/jobs/clicks.ts`, 'utf8'), folder.path))
  const append = 'log append clicks --job clicks.ts --partitions 2'
  assert.equal((await folder.run(append, { input: someClicks() })).code, 0)
  const env = {
    ...process.env,
    HEADRACE_INFLUX_URL: url,
    HEADRACE_INFLUX_TOKEN: token,
    HEADRACE_INFLUX_ORG: org,
    HEADRACE_INFLUX_BUCKET: bucket,
    HEADRACE_METRICS_SERIES: '200ms',
  }
  const args = [`${root}cli/main.ts`, 'run', 'clicks.ts', '--no-check']
  const child = spawn(process.execPath, args, {
    cwd: folder.path,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const ended = once(child, 'exit')
  t.after(async () => {
    child.kill('SIGINT')
    assert.deepEqual(await ended, [0, null])
  })
}
