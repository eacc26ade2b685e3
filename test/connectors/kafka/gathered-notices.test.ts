import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gathered } from '../../../connectors/kafka/gathered-notices.ts'

test('what happens to many partitions at once is told once, what happens later again', t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const told: string[] = []
  const notify = gathered(text => told.push(text))
  for (const partition of [3, 0, 2, 0]) notify({ message: 'nobody answers', topic: 'a', partition })
  notify({ message: 'nobody answers', topic: 'b', partition: 1 })
  notify({ message: 'a token was renewed' })
  assert.deepEqual(told, [])
  t.mock.timers.tick(1000)
  assert.deepEqual(told, [
    'nobody answers (topic a, partitions 0, 2, 3; topic b, partition 1)',
    'a token was renewed',
  ])
  notify({ message: 'nobody answers', topic: 'a', partition: 3 })
  t.mock.timers.tick(1000)
  assert.equal(told[2], 'nobody answers (topic a, partition 3)')
})
