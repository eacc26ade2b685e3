import assert from 'node:assert/strict'
import { test } from 'node:test'
import { liveNodes } from './kafka/metadata.ts'
import { kafka } from './kafka.ts'

test('there is a broker', async () => {
  const { brokers } = await kafka()
  assert.equal((await liveNodes(brokers[0])).length, 1)
})
