import assert from 'node:assert/strict'
import { test } from 'node:test'
import { retentionText } from '../../cli/place/retention-text.ts'
import { troubleOf } from '../../cli/place/trouble.ts'

test('retention in the largest unit that says it exactly', () => {
  const cases: readonly (readonly [ms: number, bytes: number, text: string])[] = [
    [-1, -1, 'all'],
    [7 * 86_400_000, -1, '7d'],
    [36 * 3_600_000, -1, '36h'],
    [90_000, -1, '90s'],
    [1500, -1, '1500ms'],
    [0, -1, '0ms'],
    [-1, 1 << 30, '1.00 GiB'],
    [3_600_000, 1 << 20, '1h, 1.00 MiB'],
  ]
  for (const [ms, bytes, text] of cases) assert.equal(retentionText(ms, bytes), text)
})

test('trouble is a partition without a leader, or with fewer copies in step than it is to have', () => {
  const fine = { error: 0, partition: 0, leader: 1, replicas: [1, 2], inSync: [1, 2] }
  assert.equal(troubleOf([fine, fine]), null)
  assert.equal(troubleOf([fine, { ...fine, inSync: [1] }]), '1 of 2 with too few copies')
  const lost = { ...fine, leader: -1, inSync: [] }
  assert.equal(troubleOf([lost, fine]), '1 of 2 without a leader, 1 of 2 with too few copies')
})
