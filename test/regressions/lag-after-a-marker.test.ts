import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groupPositions } from '../../connectors/kafka/admin/groups.ts'
import { KafkaPlace, rows } from '../support/kafka-place.ts'
import { clicksOf } from '../support/prefixed-jobs.ts'
import { until } from '../support/services/until.ts'

test('where an input ends with the mark of a transaction, the group still gets to its end', async t => {
  const place = await KafkaPlace.open(t, 'moved')
  await place.topic('clicks')
  await place.topic('out')
  await place.write(clicksOf(place.prefix), rows.slice(0, 1000))
  const run = await place.open()
  const stop = new AbortController()
  const working = run.work(stop.signal)
  const behind = async () => {
    let lag = 0
    for (const { topic, partition, offset } of await groupPositions(place.home.cluster, place.job.name)) {
      const source = await place.home.openSource(topic, partition)
      lag += ((await source.freshEnd?.()) ?? Number.NaN) - offset
      source.close()
    }
    return lag
  }
  await until('all to be read', () => run.counts().inputs.clicks?.read === 1000)
  await until('a lag of 0', async () => (await behind()) === 0)
  stop.abort()
  await working
  assert.equal(await behind(), 0)
})
