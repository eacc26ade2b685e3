import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { int, job, nullable, record, sink, source, string, timestamp, topic } from '../../engine/index.ts'
import { count, flatMap, tumbling } from '../../operators/index.ts'
import { testJob } from '../../testing/test-job.ts'
import { checkCuts, outputOf } from '../support/operator-cases.ts'
import { assertProperty } from '../support/property.ts'

const Line = record('Line', { at: timestamp(), text: string() })
const lines = topic('lines', Line, { time: 'at', lateness: 1000 })
const word = { word: string(), place: int(), first: nullable(string()) }
const Word = record('Word', word)

function* wordsOf(row: { readonly text: string }) {
  for (const [place, word] of row.text.split(' ').entries()) {
    if (word === 'bad') throw new Error('a bad word')
    if (word !== '') yield { word, place, first: word.length > 3 ? word[0]! : null }
  }
}

const words = (onError: 'fail' | 'reject') =>
  job(
    'words',
    () => void source('lines', lines).pipe(flatMap(word, wordsOf), sink('words', topic('words', Word))),
    {
      onError,
    },
  )

const text = fc
  .array(fc.constantFrom('a', 'longer', 'é', '', 'bad'), { maxLength: 5 })
  .map(parts => parts.join(' '))

test('gives all that a row is made into, or nothing where the function throws', async () => {
  const property = fc.asyncProperty(fc.array(text, { maxLength: 20 }), async texts => {
    const expected = texts
      .filter(text => !text.split(' ').includes('bad'))
      .flatMap(text => [...wordsOf({ text })])
    const rows = texts.map((text, at) => ({ at, text }))
    await checkCuts(words('reject'), { lines: rows }, { words: expected }, { runs: 2 })
  })
  await assertProperty(property, 20)
  assert.deepEqual(await outputOf(words('fail'), { lines: [] }, 'words'), [])
  const failing = testJob(words('fail')).push('lines', [{ at: 0, text: 'fine bad' }])
  await assert.rejects(failing.output('words'), /HR_LAMBDA_THREW.*a bad word.*offset 0/)
})

test('the new rows have the time of the row that they are made of', async () => {
  const windows = job('windows', () => {
    source('lines', lines).pipe(
      flatMap({ word: string() }, row => row.text.split(' ').map(word => ({ word }))),
      tumbling('windows', { by: 'word', size: 10 }, { n: count() }),
      sink('out', topic('out', record('Out', { word: string(), windowStart: timestamp() }))),
    )
  })
  const input = [
    { at: 5, text: 'a b' },
    { at: 12, text: 'b' },
  ]
  assert.deepEqual(await outputOf(windows, { lines: input }, 'out', 100), [
    { word: 'a', windowStart: 0 },
    { word: 'b', windowStart: 0 },
    { word: 'b', windowStart: 10 },
  ])
})

test('values that do not fit, and rows without end, are errors of the row', async () => {
  const made = (expand: (row: { readonly text: string }) => Iterable<{ readonly n: number }>) =>
    job('made', () => {
      source('lines', lines).pipe(
        flatMap({ n: int() }, expand),
        sink('out', topic('out', record('N', { n: int() }))),
      )
    })
  const first = { lines: [{ at: 0, text: '' }] }
  await assert.rejects(
    outputOf(
      made(() => [{ n: 0.5 }]),
      first,
      'out',
    ),
    /HR_VALUE_UNENCODABLE: the value of "n"/,
  )
  const endless = made(function* () {
    for (;;) yield { n: 1 }
  })
  await assert.rejects(outputOf(endless, first, 'out'), /HR_LAMBDA_THREW.*more than 10000 rows/)
  const many = made(() => Array.from({ length: 10_000 }, (_, n) => ({ n })))
  assert.equal((await outputOf(many, { lines: [...first.lines, ...first.lines] }, 'out')).length, 20_000)
})
