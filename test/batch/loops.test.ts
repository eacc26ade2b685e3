import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BatchArena } from '../../engine/batch/arena.ts'
import { cursorFor } from '../../engine/batch/cursor.ts'
import { caseLoop, eachLoop, loopSource, mapLoop, selectLoop } from '../../engine/batch/loops.ts'
import { long, nullable, record, string } from '../../engine/batch/schema.ts'
import { TextCache } from '../../engine/batch/text.ts'
import { isHeadraceError } from '../../engine/errors.ts'
import { batchOf } from '../support/batch-of.ts'

const Row = record('Row', { id: long(), 'odd name': nullable(string()) })
type Row = { readonly id: number; readonly 'odd name': string | null }
const arena = new BatchArena()
const rows = [1, 2, 3, 4, 5].map(id => ({ id, 'odd name': id % 2 ? `n${id}` : null }))

function bound() {
  const cursor = cursorFor(Row)
  cursor.$bind(batchOf(Row, rows, arena))
  return cursor as never as Parameters<ReturnType<typeof selectLoop<Row>>>[0]
}

const never = (): never => assert.fail('no row fails')

test('a lambda that throws hands over its row, and the loop goes on behind it', () => {
  const failed: [number, string][] = []
  const note = (row: number, error: unknown) => void failed.push([row, (error as Error).message])
  const out = new Float64Array(5).fill(-1)
  const loop = mapLoop<{ id: number }>('step', row => {
    if (row.id % 2 === 0) throw new Error(`id ${row.id}`)
    return row.id * 2
  })
  loop(bound() as never, 5, out, note)
  assert.deepEqual([...out], [2, -1, 6, -1, 10])
  assert.deepEqual(failed, [
    [1, 'id 2'],
    [3, 'id 4'],
  ])
})

test('what the failure handler throws ends the loop', () => {
  const loop = selectLoop<{ id: number }>('step', () => {
    throw new Error('first')
  })
  const stop = () => {
    throw new Error('stop')
  }
  assert.throws(() => loop(bound() as never, 5, new Int32Array(5), stop), /stop/)
})

test('select, case and each', () => {
  const kept = new Int32Array(5)
  assert.equal(selectLoop<{ id: number }>('step', row => row.id > 3)(bound() as never, 5, kept, never), 2)
  assert.deepEqual([...kept.subarray(0, 2)], [3, 4])
  const cases = new Int32Array(5)
  caseLoop<{ id: number }>('step', [row => row.id === 2, row => row.id < 4])(
    bound() as never,
    5,
    cases,
    never,
  )
  assert.deepEqual([...cases], [1, 0, 1, 2, 2])
  const seen: number[] = []
  eachLoop<{ id: number }>('step', (row, index) => seen.push(row.id * 100 + index))(
    bound() as never,
    5,
    never,
  )
  assert.deepEqual(seen, [100, 201, 302, 403, 504])
})

test('the source of a loop is one that can be read, and names its step to the debugger', () => {
  const source = loopSource('per user', 'cursor, rows, out, failed', 'let kept = 0', 'lambda(cursor)', 'kept')
  assert.match(source, /for \(; row < rows; row\+\+\) \{\n/)
  assert.match(source, /\/\/# sourceURL=headrace\/loop\/per_user$/)
})

test('a text cache gives what a decoder gives, however often and however long', () => {
  const cache = new TextCache()
  const texts = [
    '',
    'a',
    'é😀',
    'x'.repeat(64),
    'x'.repeat(65),
    '\ufeffbom',
    ...Array.from({ length: 9000 }, (_, k) => `text ${k}`),
  ]
  const all = Buffer.from(texts.join(''))
  for (let round = 0; round < 2; round++) {
    let at = 0
    for (const text of texts) {
      const end = at + Buffer.byteLength(text)
      assert.equal(cache.read(all, at, end), text)
      at = end
    }
  }
})

test('a column cannot have a name that rows keep for themselves', () => {
  const refused = (error: unknown) => isHeadraceError(error, 'HR_CONFIG_INVALID')
  assert.throws(() => record('Row', { $row: long() }), refused)
})
