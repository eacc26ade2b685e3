import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { limits, setLimits } from '../../../engine/limits.ts'
import type { InputValues, QueueOptions } from '../../../server/models/score-queue.ts'
import { ScoreQueue } from '../../../server/models/score-queue.ts'
import { assertProperty } from '../../support/property.ts'

type Queue = ScoreQueue<readonly number[]>

/** Answers each row with the double of its only input. */
function doubling(options: Partial<QueueOptions<readonly number[]>> = {}) {
  const batches: number[] = []
  const queue: Queue = new ScoreQueue({
    score: async ([values]: InputValues, rows) => {
      assert.equal(values.length, rows)
      batches.push(rows)
      await turns(1)
      return values.map(value => Number(value) * 2)
    },
    batchRows: () => 8,
    waitMs: 0,
    ...options,
  })
  return { queue, batches }
}

async function ask(queue: Queue, values: readonly number[]): Promise<readonly number[]> {
  const { answers, from, rows } = await queue.score([values], values.length)
  return answers.slice(from, from + rows)
}

/** Of the event loop. */
async function turns(count: number): Promise<void> {
  for (let k = 0; k < count; k++) await new Promise(resolve => setImmediate(resolve))
}

const request = fc.record({
  values: fc.array(fc.integer(), { minLength: 1, maxLength: 20 }),
  /** Turns of the event loop before it comes. */
  later: fc.nat(6),
})

test('each request gets exactly the answers to its own rows, whatever comes beside it', async () => {
  const cases = fc.asyncProperty(
    fc.array(request, { maxLength: 40 }),
    fc.integer({ min: 1, max: 30 }),
    fc.constantFrom(0, 1),
    async (requests, batchRows, waitMs) => {
      const { queue, batches } = doubling({ batchRows: () => batchRows, waitMs })
      const answers = await Promise.all(
        requests.map(async ({ values, later }) => {
          await turns(later)
          return ask(queue, values)
        }),
      )
      const rows = requests.reduce((sum, { values }) => sum + values.length, 0)
      const largest = Math.max(batchRows, ...requests.map(({ values }) => values.length))
      assert.deepEqual(
        answers,
        requests.map(({ values }) => values.map(value => value * 2)),
      )
      assert.equal(
        batches.reduce((sum, batch) => sum + batch, 0),
        rows,
      )
      assert.ok(batches.every(batch => batch <= largest))
      assert.equal(queue.rows, 0)
    },
  )
  await assertProperty(cases, 100)
})

test('what arrives together goes together; a lone request does not wait', async () => {
  const { queue, batches } = doubling({ waitMs: 60_000 })
  await Promise.all([ask(queue, [1]), ask(queue, [2, 3]), ask(queue, [4])])
  assert.deepEqual(batches, [4])
})

test('a model in use keeps the next request for others, until they fill a batch', async () => {
  const { queue, batches } = doubling({ waitMs: 60_000, batchRows: () => 3 })
  await ask(queue, [1])
  const second = ask(queue, [2])
  await turns(5)
  assert.deepEqual([batches, queue.rows], [[1], 1])
  const others = [ask(queue, [3]), ask(queue, [4])]
  assert.deepEqual(await Promise.all([second, ...others]), [[4], [6], [8]])
  assert.deepEqual(batches, [1, 3])
})

test('or until the first of them has waited long enough', async () => {
  const { queue, batches } = doubling({ waitMs: 30, batchRows: () => 100 })
  await ask(queue, [1])
  const began = performance.now()
  const answers = await Promise.all([ask(queue, [2]), ask(queue, [3])])
  const tookMs = performance.now() - began
  assert.deepEqual(
    [answers, batches],
    [
      [[4], [6]],
      [1, 2],
    ],
  )
  assert.ok(tookMs >= 25, `${tookMs} ms`)
})

test('a request larger than a batch goes alone and whole', async () => {
  const { queue, batches } = doubling({ batchRows: () => 4 })
  const large = Array.from({ length: 10 }, (_, k) => k)
  const answers = await Promise.all([ask(queue, [1, 2]), ask(queue, large), ask(queue, [3])])
  assert.deepEqual(answers, [[2, 4], large.map(value => value * 2), [6]])
  assert.deepEqual(batches, [2, 10, 1])
})

test('a batch that fails fails its requests, and no others', async () => {
  let batch = 0
  const { queue } = doubling({
    batchRows: () => 2,
    score: async ([values]) => {
      if (batch++ === 0) throw new Error('not this time')
      return values.map(Number)
    },
  })
  const answers = await Promise.allSettled([ask(queue, [1]), ask(queue, [2]), ask(queue, [3])])
  assert.deepEqual(
    answers.map(({ status }) => status),
    ['rejected', 'rejected', 'fulfilled'],
  )
})

test('more rows than may wait are turned away, and those that wait are answered', async t => {
  const { scoreQueueRows } = limits
  setLimits({ scoreQueueRows: 5 })
  t.after(() => setLimits({ scoreQueueRows }))
  const { queue } = doubling()
  const kept = [ask(queue, [1, 2]), ask(queue, [3, 4, 5])]
  await assert.rejects(ask(queue, [6]), /HR_SERVER_BUSY: 5 rows wait/)
  assert.deepEqual(await Promise.all(kept), [
    [2, 4],
    [6, 8, 10],
  ])
  assert.deepEqual(await ask(queue, [6]), [12])
})

test('who has waited too long is not scored any more', async t => {
  const { serverAnswerMs } = limits
  t.after(() => setLimits({ serverAnswerMs }))
  const { promise, resolve } = Promise.withResolvers<void>()
  const scored: unknown[] = []
  const { queue } = doubling({
    score: async ([values]) => {
      scored.push(...values)
      await promise
      return values.map(Number)
    },
  })
  const first = ask(queue, [1])
  await turns(1)
  const late = ask(queue, [2])
  setLimits({ serverAnswerMs: 0 })
  const now = performance.now()
  while (performance.now() === now) await turns(1)
  resolve()
  await assert.rejects(late, /HR_REQUEST_TIMEOUT/)
  assert.deepEqual([await first, scored], [[1], [1]])
})
