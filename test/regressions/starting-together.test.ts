import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KafkaPlace } from '../support/kafka-place.ts'

test('processes of a new job may start at the same time: each topic is made by one of them', async t => {
  const place = await KafkaPlace.open(t, 'moved')
  await place.topic('clicks')
  await place.topic('out')
  const runs = await Promise.all([1, 2, 3].map(() => place.open()))
  await Promise.all(runs.map(run => run.work(new AbortController().signal, true)))
  assert.deepEqual(place.notes, [])
})
