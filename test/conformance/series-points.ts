import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { double, nullable, record, series, string } from '../../engine/index.ts'
import type { Series } from '../../engine/stores/series.ts'
import type { SeriesPoint, SeriesStore } from '../../engine/stores/series-store.ts'
import { assertProperty } from '../support/property.ts'
import { ownName, rowsOf, writeRows } from '../support/written-rows.ts'
import type { SeriesHome } from './series-home.ts'
import { openSeries } from './series-home.ts'

const Point = record('Point', { tag: nullable(string()), value: double() })

/** What a job gives for a point is a function of its tags and time: that is what a replay relies on. */
const written = fc.record({ tag: fc.constantFrom('a', 'b', 'c d'), time: fc.nat(20) })
const computed = ({ tag, time }: { tag: string; time: number }) => tag.length * 100 + time

const history = fc.record({
  log: fc.array(written, { minLength: 1, maxLength: 30 }),
  /** Each attempt begins at a commit, goes so far and then crashes, with what it has written flushed or not. */
  attempts: fc.array(fc.record({ commit: fc.nat(29), rows: fc.nat(10), flushed: fc.boolean() }), {
    maxLength: 6,
  }),
})

export function testPoints({ name, factory, histories }: SeriesHome): void {
  test(`${name}: a replay after a crash overwrites itself`, async t => {
    const store = (await factory(t))()
    const property = fc.asyncProperty(history, async ({ log, attempts }) => {
      const of = points()
      const rows = log.map((row, position) => ({ ...row, position, value: computed(row) }))
      for (const { commit, rows: count, flushed } of attempts) {
        const writer = await openSeries(store, of)
        const part = rows.slice(commit, commit + count)
        if (part.length > 0) await writer.write(rowsOf(of.schema, part))
        if (flushed) await writer.flush()
        writer.close()
      }
      await writeRows(await openSeries(store, of), of.schema, rows)
      const keys = new Set(
        log.map(({ tag, time }) => `${String(time).padStart(3)} ${tag} ${computed({ tag, time })}`),
      )
      assert.deepEqual(await shown(store, of), [...keys].sort())
    })
    await assertProperty(property, histories)
    await store.close()
  })

  test(`${name}: writers of several connections at once, and many series of points`, async t => {
    const open = await factory(t)
    const of = points()
    const stores = [0, 1, 2].map(() => open())
    const [each, tags] = [3000, 300]
    await Promise.all(
      stores.map(async (store, number) => {
        const writer = await openSeries(store, of)
        for (let from = 0; from < each; from += 1000) {
          const rows = Array.from({ length: 1000 }, (_, index) => ({
            time: from + index,
            tag: `t${(from + index + number) % tags}`,
            value: number,
          }))
          await writeRows(writer, of.schema, rows)
        }
      }),
    )
    const answer = await stores[0].query({ series: of.name })
    assert.equal(answer.points.length, each * stores.length)
    const one = await stores[0].query({ series: of.name, where: { tag: 't7' } })
    assert.deepEqual(
      one.points.map(({ time, values }) => [time, values.value]),
      Array.from({ length: each / tags }, (_, index) =>
        [2, 1, 0].map(number => [index * tags + 7 - number, number]),
      ).flat(),
    )
    for (const store of stores) await store.close()
  })
}

function points(): Series {
  return series(ownName('points'), Point, { tags: ['tag'] }) as Series
}

async function shown(store: SeriesStore, { name }: Series): Promise<string[]> {
  const { points } = await store.query({ series: name })
  const text = ({ time, tags, values }: SeriesPoint) =>
    `${String(time).padStart(3)} ${tags.tag} ${values.value}`
  return points.map(text).sort()
}
