import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { splitByTime } from '../../bench/recommend/cases.ts'
import { csvRows } from '../../bench/recommend/csv.ts'
import { areAlike } from '../../bench/recommend/exported-lists.ts'
import { InteractionGatherer } from '../../training/interactions.ts'

async function rowsOf(text: string): Promise<string[][]> {
  const directory = mkdtempSync(join(tmpdir(), 'headrace-csv-'))
  try {
    const path = join(directory, 'some.csv.gz')
    writeFileSync(path, gzipSync(text))
    return await Array.fromAsync(csvRows(path))
  } finally {
    rmSync(directory, { recursive: true })
  }
}

describe('bench recommend', () => {
  test('rows of comma-separated values, quoted ones too', async () => {
    assert.deepEqual(await rowsOf('a,b\r\n1,\n"x, ""y""\nz",""\nlast,"one"'), [
      ['a', 'b'],
      ['1', ''],
      ['x, "y"\nz', ''],
      ['last', 'one'],
    ])
    assert.deepEqual(await rowsOf(''), [])
  })

  test('a file that is not there is an error', async () => {
    await assert.rejects(Array.fromAsync(csvRows(join(tmpdir(), 'none', 'none.csv.gz'))), { code: 'ENOENT' })
  })

  test('rows of many chunks are the same as those of one', async () => {
    const rows = Array.from({ length: 20_000 }, (_, k) => [`${k}`, k % 3 === 0 ? 'a "b", c\n' : 'plain'])
    const quoted = (field: string) => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)
    assert.deepEqual(await rowsOf(rows.map(row => `${row.map(quoted).join(',')}\n`).join('')), rows)
  })

  test('users are judged by what is new to them after the split', () => {
    const gatherer = new InteractionGatherer()
    for (const [time, book] of [...'abcdef'].entries()) gatherer.add('ann', book, time)
    gatherer.add('bob', 'z', 6)
    gatherer.add('bob', 'a', 7)
    // After the split: known to her, new to her. He has taken too little to be judged, and nobody knows y.
    gatherer.add('ann', 'e', 8)
    gatherer.add('ann', 'f', 9)
    gatherer.add('ann', 'z', 9)
    gatherer.add('bob', 'f', 9)
    gatherer.add('ann', 'y', 9)
    const { cases, histories } = splitByTime(gatherer.finish(), 10)
    assert.equal(histories.itemCount, 7)
    assert.deepEqual(cases, [{ taken: Int32Array.of(0, 1, 2, 3, 4, 5), relevant: new Set([6]) }])
  })

  test('lists are alike if they differ by ties alone', () => {
    const list = (items: number[], scores: number[]) => ({ items, scores })
    const one = list([1, 2, 3], [5, 4, 4])
    assert.ok(areAlike(one, list([1, 3, 2], [5, 4, 4])))
    assert.ok(areAlike(one, list([1, 2, 9], [5, 4, 4.00001])))
    assert.ok(!areAlike(one, list([2, 1, 3], [5, 4, 4])))
    assert.ok(!areAlike(one, list([1, 2, 3], [5, 4.1, 4])))
  })
})
