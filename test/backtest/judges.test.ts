import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { diffOutputs } from '../../backtest/diff/diff-outputs.ts'
import { Interactions } from '../../backtest/judge/interactions.ts'
import { LabelJudge } from '../../backtest/judge/label-judge.ts'
import { Labels } from '../../backtest/judge/labels.ts'
import { RankingJudge } from '../../backtest/judge/ranking-judge.ts'
import { array, float, int, long, nullable, record, timestamp, topic } from '../../engine/index.ts'
import { topicSpec } from '../../engine/topic.ts'
import { assertProperty } from '../support/property.ts'
import { sideOf } from '../support/sides.ts'

const day = 86_400_000
const Scored = record('Scored', { user: long(), windowStart: timestamp(), score: nullable(float()) })
const scored = topic('scored', Scored, { key: 'user', format: 'avro' })
const Offered = record('Offered', { user: long(), ts: timestamp(), items: array(int()) })
const offered = topic('offered', Offered, { key: 'user', format: 'avro' })
const { signal } = new AbortController()

const user = fc.integer({ min: 1, max: 3 })
const place = { user, windowStart: fc.integer({ min: 0, max: 5 }).map(n => (n * day) / 2) }
const score = fc.constantFrom(null, 0, 0.25, 0.5, 0.75, 1)

test('alarms are judged as a plain count says', async () => {
  const rows = fc.array(fc.record({ ...place, score }), { maxLength: 20 })
  const labels = fc.array(fc.record({ ...place, label: fc.constantFrom(true, 1, '1', false, 0, '') }), {
    maxLength: 8,
  })
  await assertProperty(
    fc.asyncProperty(rows, rows, labels, async (a, b, given) => {
      const known = new Labels(Scored, ['user', 'windowStart'])
      for (const label of given) known.add(label)
      const judge = new LabelJudge({ schema: Scored, score: 'score', thresholds: { a: 0.5, b: 0.75 } }, known)
      const witnesses = [judge.see.bind(judge)]
      const sides = { a: await sideOf(scored, a), b: await sideOf(scored, b) }
      await diffOutputs({ ...sides, spec: topicSpec(scored), witnesses }, signal)

      const nameOf = (row: { user: number; windowStart: number }) => `${row.user} ${row.windowStart}`
      const positive = new Set(given.filter(({ label }) => [true, 1, '1'].includes(label)).map(nameOf))
      const days = [...a, ...b].map(({ windowStart }) => Math.floor(windowStart / day))
      const span = days.length === 0 ? 0 : Math.max(...days) - Math.min(...days) + 1
      const wanted = (all: typeof a, threshold: number) => {
        const alarms = all.filter(row => row.score !== null && row.score >= threshold)
        const right = alarms.filter(row => positive.has(nameOf(row)))
        const found = new Set(right.map(nameOf)).size
        const precision = alarms.length === 0 ? null : right.length / alarms.length
        const recall = positive.size === 0 ? null : found / positive.size
        const harmonic = precision === 0 || recall === 0 ? 0 : 2 / (1 / (precision ?? 1) + 1 / (recall ?? 1))
        return {
          alarms: alarms.length,
          ...{ falseAlarms: alarms.length - right.length, found, missed: positive.size - found },
          ...{ precision, recall, perDay: span === 0 ? null : alarms.length / span },
          f1: precision === null || recall === null ? null : harmonic,
        }
      }
      const figures = judge.figures()
      for (const [side, all, threshold] of [
        ['a', a, 0.5],
        ['b', b, 0.75],
      ] as const) {
        const { byDay, f1, ...rest } = figures[side]
        const { f1: wantedF1, ...wantedRest } = wanted(all, threshold)
        assert.deepEqual(rest, wantedRest)
        assert.ok(f1 === wantedF1 || Math.abs(f1! - wantedF1!) < 1e-12)
        assert.equal(
          byDay.reduce((sum, { alarms }) => sum + alarms, 0),
          rest.alarms,
        )
      }
    }),
    100,
  )
})

test('labels and columns of times and numbers meet, whether written as text or not', () => {
  const labels = new Labels(Scored, ['user', 'windowStart'])
  labels.add({ user: '7', windowStart: '2026-01-31T10:00:00Z' })
  labels.add({ user: 7, windowStart: Date.UTC(2026, 0, 31, 10) })
  labels.add({ user: 8, windowStart: '1000' })
  assert.equal(labels.size, 2)
  assert.equal(labels.find([7, Date.UTC(2026, 0, 31, 10)]), 0)
  assert.equal(labels.find([8, 1000]), 1)
  assert.equal(labels.find([8, 1001]), -1)
  assert.throws(() => labels.add({ user: 8 }), /HR_RECORD_MISMATCH: it has no "windowStart"/)
  assert.throws(() => labels.add({ user: 8, windowStart: 'noon' }), /"noon" is no time/)
})

test('lists are judged by what was taken later, as a plain sum over places says', async () => {
  const item = fc.integer({ min: 0, max: 6 })
  const time = fc.integer({ min: 0, max: 4 })
  const lists = fc.array(
    fc.record({ user, ts: time, items: fc.array(fc.oneof(item, fc.constant(-1)), { maxLength: 6 }) }),
    {
      maxLength: 15,
    },
  )
  const taken = fc.array(fc.record({ user, ts: time, item }), { maxLength: 15 })
  await assertProperty(
    fc.asyncProperty(lists, lists, taken, fc.integer({ min: 1, max: 5 }), async (a, b, later, top) => {
      const interactions = new Interactions('user')
      for (const one of later) interactions.add(one)
      const judge = new RankingJudge({ schema: Offered, user: 'user', items: 'items', top }, interactions)
      const witnesses = [judge.see.bind(judge)]
      const sides = { a: await sideOf(offered, a), b: await sideOf(offered, b) }
      await diffOutputs({ ...sides, spec: topicSpec(offered), witnesses }, signal)
      const figures = judge.figures()
      for (const [side, all] of [
        ['a', a],
        ['b', b],
      ] as const) {
        const scores = all.flatMap(row => {
          const wanted = later.filter(one => one.user === row.user && one.ts > row.ts).map(one => one.item)
          return wanted.length === 0 ? [] : [naiveRanking(row.items, wanted, top)]
        })
        const { judged, notJudged, recall, ndcg } = figures[side]
        assert.equal(judged, scores.length)
        assert.equal(notJudged, all.length - scores.length)
        near(recall, scores, 'recall')
        near(ndcg, scores, 'ndcg')
      }
    }),
    100,
  )
})

function naiveRanking(items: readonly number[], wanted: readonly number[], top: number) {
  const list = items.filter(item => item >= 0).slice(0, top)
  const relevant = [...new Set(wanted)]
  const best = Math.min(relevant.length, top)
  let [hits, gain, ideal] = [0, 0, 0]
  for (let place = 1; place <= top; place++) {
    const item = list[place - 1]
    const isHit = item !== undefined && relevant.includes(item) && list.indexOf(item) === place - 1
    if (isHit) hits++
    if (isHit) gain += Math.LN2 / Math.log(place + 1)
    if (place <= best) ideal += Math.LN2 / Math.log(place + 1)
  }
  return { recall: hits / best, ndcg: gain / ideal }
}

function near(
  found: number | null,
  scores: readonly { recall: number; ndcg: number }[],
  name: 'recall' | 'ndcg',
) {
  if (scores.length === 0) return assert.equal(found, null)
  const wanted = scores.reduce((sum, one) => sum + one[name], 0) / scores.length
  assert.ok(Math.abs(found! - wanted) < 1e-9, `${name} is ${found}, not ${wanted}`)
}
