import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { InfluxSeries } from '../../../connectors/influx/series.ts'
import { MemoryHome } from '../../../connectors/memory/home.ts'
import { MemoryStores } from '../../../connectors/memory/stores.ts'
import {
  double,
  job,
  long,
  nullable,
  record,
  series,
  sink,
  source,
  string,
  timestamp,
  topic,
} from '../../../engine/index.ts'
import { RowWriter } from '../../../engine/io/row-writer.ts'
import { JobRun } from '../../../engine/run.ts'
import type { Stores } from '../../../engine/stores/stores.ts'
import { topicSpec } from '../../../engine/topic.ts'
import { count, mean, tumbling } from '../../../operators/index.ts'
import { storedValues } from '../../support/influx-client.ts'
import { influx, newBucket } from '../../support/services/influx.ts'

const Click = record('Click', { at: timestamp(), page: string(), spent: double() })
const Traffic = record('Traffic', {
  page: string(),
  windowEnd: timestamp(),
  clicks: long(),
  spent: nullable(double()),
})
const input = topic('clicks', Click, { time: 'at', lateness: 0 })
const traffic = job('traffic', () => {
  source('clicks', input).pipe(
    tumbling('per-page', { by: 'page', size: 1000 }, { clicks: count(), spent: mean(row => row.spent) }),
    sink('points', series('traffic', Traffic, { tags: ['page'], time: 'windowEnd' })),
  )
})

const bucket = await newBucket(await influx(), 'jobs')

function stores(t: TestContext): Stores {
  const points = new InfluxSeries(bucket, () => {})
  t.after(() => points.close())
  const others = new MemoryStores()
  return {
    openWriter: (spec, schema, place) =>
      spec.kind === 'series'
        ? points.openWriter(spec, schema, place)
        : others.openWriter(spec, schema, place),
    openLookup: (view, fields) => others.openLookup(view, fields),
    hashes: others.hashes,
    close: () => points.close(),
  }
}

type Clicks = readonly (readonly [number, string, number])[]

/** Runs the job over the clicks; gives what it could not write. */
async function run(t: TestContext, clicks: Clicks): Promise<string[]> {
  const home = new MemoryHome()
  await home.createTopic('clicks', 1)
  const append = (topic: string, partition: number, batch: Uint8Array) =>
    home.partition(topic, partition).append(batch)
  const writer = new RowWriter(topicSpec(input), 'at', 1, { append })
  writer.write(clicks.map(([at, page, spent]) => ({ at, page, spent })))
  await writer.flush()
  writer.close()
  home.partition('clicks', 0).publish()
  const running = await JobRun.open(traffic, { home, stores: stores(t) })
  await running.work(new AbortController().signal, true)
  await running.close()
  return home.partition('traffic.dead-letter', 0).batches.map(({ bytes }) => Buffer.from(bytes).toString())
}

test('a job fills a series, and what InfluxDB does not take is among the dead letters', async t => {
  const clicks: Clicks = [
    [100, 'a b', 1],
    [200, 'a b', 4],
    [300, 'c', 0.5],
    [1500, 'no\nline', 2],
    [1600, 'c', 8],
    [5000, 'c', 1],
  ]
  const refused = await run(t, clicks)
  assert.equal(refused.length, 1, refused.join('\n'))
  assert.match(refused[0], /HR_VALUE_REFUSED.*its tag page has a newline/s)
  const values = await storedValues(bucket, 'traffic')
  assert.deepEqual(
    values.map(({ time, tags, field, value }) => [Date.parse(time), tags.page, field, Number(value)]),
    [
      [1000, 'a b', 'clicks', 2],
      [1000, 'a b', 'spent', 2.5],
      [1000, 'c', 'clicks', 1],
      [1000, 'c', 'spent', 0.5],
      [2000, 'c', 'clicks', 1],
      [2000, 'c', 'spent', 8],
    ],
  )
  await run(t, clicks)
  assert.deepEqual(await storedValues(bucket, 'traffic'), values)
})
