import assert from 'node:assert/strict'
import { test } from 'node:test'
import { axesOf, directoryName, gridOf } from '../../../cli/sweep/grid.ts'
import { csvLines, sorted, sweepLines } from '../../../cli/sweep/sweep-table.ts'

test('a grid is every value with every other, the last parameter first', () => {
  const axes = axesOf(['a=1,2', 'b=x', 'a=3'])
  assert.deepEqual(axes, [
    { name: 'a', values: ['1', '2', '3'] },
    { name: 'b', values: ['x'] },
  ])
  assert.deepEqual(gridOf(axesOf(['a=1,2', 'b=x,y'])), [
    { a: '1', b: 'x' },
    { a: '1', b: 'y' },
    { a: '2', b: 'x' },
    { a: '2', b: 'y' },
  ])
})

test('directories have names that any file system takes, one for each combination', () => {
  assert.equal(directoryName({ lateness: '5s', least: '-0.5' }), 'lateness=5s,least=-0.5')
  const strange = ['a/b', '../a', 'a b', 'a_b', 'ä', 'x'.repeat(200), `${'x'.repeat(199)}y`]
  const names = strange.map(kind => directoryName({ kind }))
  assert.equal(new Set(names).size, strange.length)
  for (const name of names) assert.match(name, /^kind=[a-zA-Z0-9._=,+-]{1,112}$/)
})

const rowsOf = (values: readonly (number | null)[]) =>
  values.map((m, index) => ({ point: { p: String(index) }, metrics: { m }, dir: 'd' }))

test('rows are ordered by a metric either way; those without a value come last', () => {
  const order = (by?: string) => sorted(rowsOf([2, null, 1, 3]), by).map(({ point }) => point.p)
  assert.deepEqual(order(), ['0', '1', '2', '3'])
  assert.deepEqual(order('m'), ['2', '0', '3', '1'])
  assert.deepEqual(order('m:desc'), ['3', '0', '2', '1'])
})

test('a table that is too wide is cut into several, each with the parameters', () => {
  const metrics = { first: 1000, second: 0.123456789, third: null }
  const rows = [
    { point: { p: 'one' }, metrics },
    { point: { p: 'two' }, metrics: { ...metrics, first: 1 } },
  ]
  const names = ['first', 'second', 'third']
  assert.deepEqual(sweepLines(rows, names, true, 80), [
    'p    first    second  third',
    'one  1,000  0.123457      -',
    'two      1  0.123457      -',
  ])
  assert.deepEqual(sweepLines(rows, names, true, 20), [
    ...['p    first    second', 'one  1,000  0.123457', 'two      1  0.123457', ''],
    ...['p    third', 'one      -', 'two      -'],
  ])
  assert.deepEqual(sweepLines(rows, names, false, 80).slice(-2), [
    '',
    'the same in all: second 0.123457, third -',
  ])
})

test('values for other programs are quoted where they have to be', () => {
  const row = { point: { p: 'a "b", c' }, metrics: { m: null, n: 0.5 }, dir: '/x' }
  assert.deepEqual(csvLines([row], ['m', 'n']), ['p,m,n,dir', '"a ""b"", c",,0.5,/x'])
})
