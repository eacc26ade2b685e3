import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  byStageAndPartition,
  keyOf,
  readTasks,
  writeTasks,
} from '../../../../connectors/kafka/group/task-set.ts'
import { assertProperty } from '../../../support/property.ts'

test('tasks are told in ranges', () => {
  const tasks = [5, 0, 1, 2].map(partition => ({ stage: 1, partition }))
  assert.equal(writeTasks([...tasks, { stage: 0, partition: 7 }]), '0:7 1:0-2,5')
  assert.equal(writeTasks([]), '')
})

test('what is told is understood', async () => {
  const task = fc.record({ stage: fc.nat({ max: 3 }), partition: fc.nat({ max: 40 }) })
  await assertProperty(
    fc.property(fc.uniqueArray(task, { selector: keyOf }), tasks => {
      assert.deepEqual(
        readTasks(writeTasks(tasks))?.map(keyOf),
        tasks.toSorted(byStageAndPartition).map(keyOf),
      )
    }),
  )
})

test('other texts are not understood, however large the numbers in them', () => {
  const texts = [
    ' ',
    '0',
    '0:',
    '0:1-',
    '0:-1',
    '0:1,,2',
    '0:1 ',
    'a:1',
    '0:1;2',
    '0:0-9999999',
    '0:0-99999 1:0',
  ]
  for (const text of [...texts, '1e3:1', '0:1-2-3', `0:${'9'.repeat(400)}`])
    assert.equal(readTasks(text), undefined, text)
})
