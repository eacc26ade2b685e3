import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { SqliteSeries } from '../../connectors/sqlite/series.ts'
import { double, nullable, record, series, string } from '../../engine/index.ts'
import type { Series } from '../../engine/stores/series.ts'
import { openSeries } from '../conformance/series-home.ts'
import { CliFolder } from '../support/cli.ts'
import type { WrittenRow } from '../support/written-rows.ts'
import { writeRows } from '../support/written-rows.ts'

const Load = record('Load', { host: nullable(string()), load: double(), note: nullable(string()) })
const load = series('load', Load, { tags: ['host'] }) as Series
const start = Date.parse('2026-01-01T00:00:00Z')

async function filled(t: TestContext, rows: readonly WrittenRow[]): Promise<CliFolder> {
  const folder = new CliFolder(t)
  const store = new SqliteSeries({ dir: `${folder.path}/.headrace`, fsync: 'never' })
  await writeRows(await openSeries(store, load), Load, rows)
  await store.close()
  return folder
}

const row = (second: number, host: string | null, value: number, note: string | null = null) => ({
  ...{ time: start + second * 1000, host, load: value, note },
})

test('points are a table, within bounds and by tag', async t => {
  const folder = await filled(t, [
    row(0, 'a', 1),
    row(1, 'b', 2.5, 'two words'),
    row(2, 'a', 10),
    row(3, null, 4),
  ])
  assert.equal(
    (await folder.run('series query load')).out,
    `time                      host  load       note
2026-01-01T00:00:00.000Z  a        1
2026-01-01T00:00:01.000Z  b      2.5  two words
2026-01-01T00:00:02.000Z  a       10
2026-01-01T00:00:03.000Z           4
`,
  )
  const times = async (args: string) => {
    const records = (await folder.run(`series query load --json ${args}`)).json<{ time: number }>()
    return records.map(({ time }) => (time - start) / 1000)
  }
  assert.deepEqual(await times('--where host=a'), [0, 2])
  assert.deepEqual(await times(`--from 2026-01-01T00:00:01Z --to ${start + 3000}`), [1, 2])
  assert.deepEqual(await times('--from 1h'), [])
  const cut = await folder.run('series query load --limit 2 --value load')
  assert.equal(cut.out.split('\n').length, 4)
  assert.match(cut.err, /there are more points, before these/)
  const [listed] = (await folder.run('series ls --json')).json()
  assert.deepEqual(listed, {
    ...{ name: 'load', tags: ['host'], values: ['load', 'note'] },
    ...{ points: 4, oldest: start, newest: start + 3000 },
  })
})

test('what cannot be asked for is said', async t => {
  const folder = await filled(t, [row(0, 'a', 1)])
  for (const [args, message] of [
    ['load --where host', /--where is "host"; it has to be TAG=TEXT/],
    ['load --where colour=red', /HR_SERIES_UNKNOWN: series "load" has no tag "colour"; there are host/],
    ['load --value height', /--value is "height"; there are load, note/],
    ['load --from yesterday', /--from is "yesterday"; allowed: a time/],
    ['other', /HR_SERIES_UNKNOWN: there is no series "other"/],
  ] as const) {
    assert.match((await folder.run(`series query ${args}`)).err, message)
  }
  assert.equal((await folder.run('series query load --from 1s')).out, 'no points\n')
  assert.equal((await folder.run('series query load --value note --plot')).out, 'no numbers to draw: note\n')
})

test('a curve rises where its values do', async t => {
  const rows = Array.from({ length: 40 }, (_, index) => row(index, 'a', index))
  const folder = await filled(t, rows)
  const { out } = await folder.run('series query load --plot')
  const lines = out.trimEnd().split('\n')
  assert.match(lines[0], /^ +load host=a +last 39$/)
  assert.match(lines.at(-1) ?? '', /^ +2026-01-01T00:00:00Z +2026-01-01T00:00:39Z$/)
  const curve = lines.slice(1, -1)
  assert.deepEqual([curve.length, curve[0].slice(0, 4), curve.at(-1)?.slice(0, 4)], [10, ' 39┤', '  0┤'])
  const begins = curve.map(line => line.slice(4).search(/[\u2801-\u28ff]/))
  assert.deepEqual(
    begins,
    begins.toSorted((a, b) => b - a),
  )
  assert.equal(begins.at(-1), 0)
  assert.ok(Math.max(...lines.map(line => line.length)) <= 80)
})

test('curves of many tags are drawn below one another, so many as fit', async t => {
  const rows = Array.from({ length: 60 }, (_, index) => row(index, `host-${index % 11}`, 7))
  const folder = await filled(t, [...rows, ...[61, 62].map(second => row(second, 'host-9', 1e9))])
  const { out } = await folder.run('series query load --plot')
  // Each of the first five has a point more than the others, and host-9 has two.
  const named = [...out.matchAll(/load host=(?<host>host-\d+)/g)].map(({ groups }) => groups?.host)
  const drawn = ['host-0', 'host-1', 'host-10', 'host-2', 'host-3', 'host-4', 'host-5', 'host-9']
  assert.deepEqual(named, drawn)
  assert.match(out, /and 3 more with fewer points/)
  assert.match(out, /last 1\.00e9/)
})
