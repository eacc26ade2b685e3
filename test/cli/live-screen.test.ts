import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { LiveScreen } from '../../cli/live-screen.ts'

/** What a terminal shows of the few sequences that are used: carriage return, clear line, cursor up. */
function shown(text: string): string[] {
  const rows: string[] = ['']
  let row = 0
  for (const [part] of text.replaceAll('\x1b[', '␛').matchAll(/␛2K|␛1A|\r|\n|[^␛\r\n]+/g)) {
    if (part === '␛2K') rows[row] = ''
    else if (part === '␛1A') row--
    else if (part === '\n') rows[++row] ??= ''
    else if (part !== '\r') rows[row] += part
  }
  return rows
}

function screenOf(columns: number): { screen: LiveScreen; lines: () => string[] } {
  const out = Object.assign(new PassThrough(), { columns })
  let text = ''
  out.on('data', chunk => (text += String(chunk)))
  return { screen: new LiveScreen(out), lines: () => shown(text) }
}

test('lines are drawn anew in place, and notes stay above them', async () => {
  const { screen, lines } = screenOf(80)
  screen.draw(['one', 'two', 'three'])
  screen.draw(['1', '2', '3'])
  screen.note('a note')
  screen.draw(['4', '5'])
  screen.draw(['6', '7', '8'])
  screen.end()
  await new Promise(resolve => setImmediate(resolve))
  assert.deepEqual(lines(), ['a note', '6', '7', '8', ''])
})

test('no line is as wide as the terminal', async () => {
  const { screen, lines } = screenOf(30)
  screen.draw(['x'.repeat(200)])
  await new Promise(resolve => setImmediate(resolve))
  assert.deepEqual(lines(), ['x'.repeat(29)])
})
