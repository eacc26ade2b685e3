import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wrapLine, wrapText } from '../../cli/wrap.ts'

test('text is cut between words only', () => {
  assert.deepEqual(wrapText('one two three', 7), ['one two', 'three'])
  assert.deepEqual(wrapText('a extraordinary b', 4), ['a', 'extraordinary', 'b'])
  assert.deepEqual(wrapText('', 10), [''])
  assert.deepEqual(wrapText('all of it', Number.POSITIVE_INFINITY), ['all of it'])
})

test('an indented line stays indented', () => {
  assert.deepEqual(wrapLine('  one two three', 9, 2), ['  one', '    two', '    three'])
})
