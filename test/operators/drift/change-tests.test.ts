import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Adwin } from '../../../operators/drift/adwin.ts'
import { PageHinkley } from '../../../operators/drift/page-hinkley.ts'
import { naiveAdwin, naivePageHinkley, normal, shiftAt1000 } from '../../support/naive-drift.ts'
import { assertProperty } from '../../support/property.ts'
import { randomFrom } from '../../support/random.ts'

const published = { minInstances: 30, delta: 0.005, threshold: 50 }

interface Detector {
  run(values: Float64Array, from: number, to: number): number
  save(): Float64Array
  restore(saved: Float64Array): void
}

function alarmsOf(detector: Detector, values: Float64Array): number[] {
  return [...values.keys()].filter(row => detector.run(values, row, row + 1) >= 0)
}

test('the published example: ADWIN finds the change at row 1023, Page-Hinkley at row 1006, and no other', () => {
  const values = shiftAt1000()
  assert.deepEqual(alarmsOf(new Adwin(0.002), values), [1023])
  assert.deepEqual(alarmsOf(new PageHinkley(published), values), [1006])
})

/** Levels that change a few times, with noise. */
const anyStream = fc
  .record({
    seed: fc.nat(),
    levels: fc.array(
      fc.record({ level: fc.integer({ min: -8, max: 8 }), rows: fc.integer({ min: 1, max: 200 }) }),
      {
        minLength: 1,
        maxLength: 4,
      },
    ),
  })
  .map(({ seed, levels }) => {
    const random = randomFrom(seed)
    return Float64Array.from(
      levels.flatMap(({ level, rows }) => Array.from({ length: rows }, () => level / 4 + normal(random))),
    )
  })

test('ADWIN alarms where a window that is kept whole says so', async () => {
  const property = fc.property(anyStream, fc.constantFrom(0.5, 0.01), (values, delta) => {
    assert.deepEqual(alarmsOf(new Adwin(delta), values), naiveAdwin(values, delta))
  })
  await assertProperty(property, 30)
})

test('Page-Hinkley alarms where sums over all rows say so', async () => {
  const options = { minInstances: 10, delta: 0.1, threshold: 8 }
  const property = fc.property(anyStream, values => {
    assert.deepEqual(alarmsOf(new PageHinkley(options), values), naivePageHinkley(values, options))
  })
  await assertProperty(property, 60)
})

const detectors = {
  adwin: () => new Adwin(0.1),
  pageHinkley: () => new PageHinkley({ ...published, threshold: 20 }),
}

for (const [name, make] of Object.entries(detectors)) {
  test(`${name}: a detector that is saved and restored anywhere goes on as it would have`, async () => {
    const property = fc.property(anyStream, fc.nat(800), (values, at) => {
      const before = make()
      const cut = Math.min(at, values.length)
      const first = alarmsOf(before, values.subarray(0, cut))
      const behind = make()
      behind.restore(before.save())
      const second = alarmsOf(behind, values.subarray(cut)).map(row => row + cut)
      assert.deepEqual([...first, ...second], alarmsOf(make(), values))
    })
    await assertProperty(property, 50)
  })

  test(`${name}: values that are not finite change nothing`, () => {
    const values = shiftAt1000()
    const holes = Float64Array.from(
      [...values].flatMap(value => [Number.NaN, value, Number.POSITIVE_INFINITY]),
    )
    const expected = alarmsOf(make(), values)
    assert.ok(expected.length > 0)
    assert.deepEqual(
      alarmsOf(make(), holes).map(row => (row - 1) / 3),
      expected,
    )
  })
}

test('the peak is above 1, or at the threshold, where there is an alarm and only there', () => {
  const values = shiftAt1000()
  const adwin = new Adwin(0.002)
  const sums = new PageHinkley(published)
  for (let row = 0; row < values.length; row++) {
    assert.equal(adwin.run(values, row, row + 1) >= 0, adwin.peak > 1)
    assert.equal(sums.run(values, row, row + 1) >= 0, sums.peak >= published.threshold)
  }
})
