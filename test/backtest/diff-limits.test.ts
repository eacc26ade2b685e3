import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { diffOutputs } from '../../backtest/diff/diff-outputs.ts'
import { Ranked } from '../../backtest/diff/ranked.ts'
import { bucketWidth, TimeTally } from '../../backtest/diff/time-tally.ts'
import { double, long, record, string, timestamp, topic } from '../../engine/index.ts'
import { limits, setLimits } from '../../engine/limits.ts'
import { topicSpec } from '../../engine/topic.ts'
import { randomFrom } from '../support/random.ts'
import { sideOf } from '../support/sides.ts'

const Total = record('Total', { user: long(), windowStart: timestamp(), total: double(), note: string() })
const totals = topic('totals', Total, { key: 'user' })
const spec = topicSpec(totals)
const row = (user: number, total = 1, note = '') => ({ user, windowStart: 1000, total, note })
const { signal } = new AbortController()

const usual = { ...limits }
after(() => setLimits(usual))

test('too many rows of one key are an error, not memory without end', async () => {
  setLimits({ ...usual, diffPartitionRows: 4, diffPartitionBytes: 1000 })
  const rows = Array.from({ length: 40 }, (_, i) => row(1, i))
  const [a, b] = [await sideOf(totals, rows), await sideOf(totals, [])]
  const message =
    /^HeadraceError: HR_DIFF_KEY: too many rows, 40, have keys alike: user has to tell them apart/
  await assert.rejects(diffOutputs({ a, b, spec, key: ['user'] }, signal), message)
})

test('with more keys than are counted, those that differ most stay', async () => {
  setLimits({ ...usual, diffKeys: 4 })
  const rows = Array.from({ length: 60 }, (_, i) => ({ ...row(i < 30 ? 0 : i), windowStart: i * 1000 }))
  const [a, b] = [await sideOf(totals, rows), await sideOf(totals, [])]
  const { byKey, onlyA } = await diffOutputs({ a, b, spec }, signal)
  assert.equal(onlyA, 60)
  assert.equal(byKey.isRough, true)
  assert.deepEqual(byKey.top[0], { key: '0', changed: 0, onlyA: 30, onlyB: 0 })
  assert.ok(byKey.count <= 4)
})

test('texts that are longer than the memory for them go through the file whole', async () => {
  setLimits({ ...usual, diffBufferBytes: 128, diffPartitionRows: 8 })
  const notes = Array.from({ length: 30 }, (_, i) => 'ä'.repeat(i * 37))
  const a = await sideOf(
    totals,
    notes.map((note, user) => row(user, 1, note)),
  )
  const b = await sideOf(
    totals,
    notes.map((note, user) => row(user, 1, user === 20 ? `${note}!` : note)).reverse(),
  )
  const { equal, biggest } = await diffOutputs({ a, b, spec }, signal)
  assert.equal(equal, 29)
  assert.deepEqual(biggest[0]!.fields, [{ field: 'note', a: notes[20], b: `${notes[20]}!` }])
})

test('records that cannot be decoded, or have no value, are told and never equal', async () => {
  setLimits(usual)
  const Other = record('Other', { user: long(), windowStart: string() })
  const a = await sideOf(topic('totals', Other, { key: 'user' }), [{ user: 1, windowStart: 'x' }])
  const b = await sideOf(totals, [])
  const { isEqual, unread } = await diffOutputs({ a, b, spec }, signal)
  assert.equal(isEqual, false)
  assert.equal(unread.a.undecodable, 1)
  assert.match(unread.a.problem!, /^HR_RECORD_MISMATCH: /)
})

test('the first ones by rank are those of a sorted list', () => {
  const random = randomFrom(7)
  const all = Array.from({ length: 500 }, (_, hash) => ({
    size: Math.floor(random() * 10),
    time: Math.floor(random() * 10),
    hash,
  }))
  const ranked = new Ranked<(typeof all)[number]>(20)
  for (const one of all) if (ranked.wants(one.size, one.time, one.hash)) ranked.add(one)
  const sorted = all.toSorted((a, b) => b.size - a.size || a.time - b.time || a.hash - b.hash)
  assert.deepEqual(ranked.items, sorted.slice(0, 20))
  assert.equal(new Ranked(0).wants(1, 1, 1), false)
})

test('buckets of time are round, not too many, and cover all', () => {
  assert.equal(bucketWidth(0, 3_599_000), 60_000)
  assert.equal(bucketWidth(5, 5), 1)
  assert.equal(bucketWidth(-8.64e15, 8.64e15), Math.ceil(17.28e15 / 60))
  for (const span of [1, 61, 3600, 86_400_000, 1e10, 1e13, 17e15]) {
    const tally = new TimeTally(-span / 2, span / 2, bucketWidth(-span / 2, span / 2))
    tally.add(-span / 2, 'changed')
    tally.add(span / 2, 'equal')
    const buckets = tally.buckets()
    assert.ok(buckets.length <= 62)
    assert.equal(buckets[0]!.changed, 1)
    assert.equal(buckets.at(-1)!.equal, 1)
  }
  assert.deepEqual(new TimeTally(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1).buckets(), [])
})
