import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BatchArena } from '../../../engine/batch/arena.ts'
import type { Field, Fields } from '../../../engine/batch/schema.ts'
import { boolean, double, float, int, long, string, vector } from '../../../engine/batch/schema.ts'
import { columnOfValues } from '../../../engine/batch/value-columns.ts'
import { limits } from '../../../engine/limits.ts'
import type { OutputColumn } from '../../../engine/models/output-columns.ts'
import { newOutputs } from '../../../engine/models/output-columns.ts'
import { inputKeys, ScoreCache } from '../../../engine/models/score-cache.ts'
import { answerTo, fallback, fallbackAnswer, HeldScorer } from '../../support/held-models.ts'
import { assertProperty } from '../../support/property.ts'

const cache = { entries: 100, ttlMs: 1000 }
const scoredRows = ({ models }: HeldScorer) => models.runs.reduce((sum, { rows }) => sum + rows, 0)

test('rows with the same inputs are scored once, for a while', async () => {
  const held = await HeldScorer.open({ cache })
  const first = [1, 2, 3, 4, 5, 6]
  assert.deepEqual(
    await held.score(...first),
    first.map(x => answerTo(x, 1)),
  )
  const second = [6, 7, 1, 8, 2]
  assert.deepEqual(
    await held.score(...second),
    second.map(x => answerTo(x, 1)),
  )
  assert.equal(scoredRows(held), 8)
  assert.equal(held.scorer.figures.remembered, 3)
  held.clock.advance(1000)
  assert.deepEqual(await held.score(1), [answerTo(1, 1)])
  assert.equal(scoredRows(held), 9)
})

test('another version begins without answers', async () => {
  const held = await HeldScorer.open({ cache: { ...cache, ttlMs: 1e6 } })
  await held.score(1, 2)
  held.models.serve(2)
  await held.advance(limits.modelPollMs)
  assert.deepEqual(await held.score(2, 1), [answerTo(2, 2), answerTo(1, 2)])
})

test('what the fallback has answered is not remembered', async () => {
  const held = await HeldScorer.open({ cache, fallback })
  held.models.onRun = () => {
    throw new Error('out of order')
  }
  assert.deepEqual(await held.score(1), [fallbackAnswer])
  held.models.onRun = () => {}
  assert.deepEqual(await held.score(1), [answerTo(1, 1)])
})

test('there are never more answers than allowed, and the latest ones are among them', () => {
  const arena = new BatchArena()
  const outputs = { y: double() }
  const kept = new ScoreCache(outputs, { entries: 10, ttlMs: 1000 })
  const answers = newOutputs(outputs, 1)
  const keyOf = (x: number) => inputKeys([columnOfValues(double(), [x], arena)], 1, arena)
  const has = (x: number) => kept.find(keyOf(x), 1, 0, answers, new Int32Array(1)) === 0
  for (let x = 0; x < 100; x++) {
    answers[0].values[0] = x
    kept.keep(keyOf(x), 0, new Int32Array(1), answers, 0)
    const known = Array.from({ length: x + 1 }, (_, other) => other).filter(has)
    assert.ok(known.length <= 10)
    for (let recent = Math.max(0, x - 4); recent <= x; recent++) assert.ok(known.includes(recent))
  }
  kept.close()
})

const inputs: Fields = {
  a: double(),
  b: int(),
  c: string(),
  d: boolean(),
  e: vector(2),
  f: float(),
  g: long(),
}
const small = fc.constantFrom(0, -0, 1, 2.5)
const row = fc.record({
  a: fc.constantFrom(0, 1, Number.NaN, 2.5),
  b: fc.constantFrom(0, 1),
  c: fc.constantFrom('', 'a', 'ab', 'ä'),
  d: fc.boolean(),
  e: fc.tuple(small, small),
  f: fc.constantFrom(0, 1.5),
  g: fc.constantFrom(0, 2 ** 40),
})

test('it gives the answer to the same inputs and no others, whatever their kinds', async () => {
  await assertProperty(
    fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), rows => {
      const arena = new BatchArena()
      const outputs = { y: double() }
      const kept = new ScoreCache(outputs, { entries: 1000, ttlMs: 1000 })
      const seen = new Map<string, number>()
      const columns = Object.entries<Field>(inputs).map(([name, field]) =>
        columnOfValues(
          field,
          rows.map(values => (values as Record<string, unknown>)[name]),
          arena,
        ),
      )
      const keys = inputKeys(columns, rows.length, arena)
      const answers: OutputColumn[] = newOutputs(outputs, rows.length)
      rows.forEach((values, index) => {
        const text = JSON.stringify(values, (_, value) =>
          Object.is(value, -0) ? '-0' : Number.isNaN(value) ? 'NaN' : value,
        )
        const own = { bytes: keys.bytes, start: keys.start.subarray(index), end: keys.end.subarray(index) }
        const isUnknown =
          kept.find({ ...own, layout: 'bytes', nulls: null }, 1, 0, answers, new Int32Array(1)) === 1
        assert.equal(isUnknown, !seen.has(text))
        if (!isUnknown) assert.equal(answers[0].values[0], seen.get(text))
        seen.set(text, seen.get(text) ?? index + 1)
        answers[0].values[index] = seen.get(text) ?? 0
        kept.keep(keys, index, new Int32Array(rows.length), answers, 0)
      })
      kept.close()
      arena.close()
    }),
  )
})
