import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BatchArena } from '../../../engine/batch/arena.ts'
import type { Field, Fields } from '../../../engine/batch/schema.ts'
import { boolean, double, float, int, long, string, vector } from '../../../engine/batch/schema.ts'
import { columnOfValues } from '../../../engine/batch/value-columns.ts'
import { readValue } from '../../../engine/batch/values.ts'
import { model } from '../../../engine/models/model.ts'
import { asColumn, newOutputs } from '../../../engine/models/output-columns.ts'
import type { Pass } from '../../support/identity-model.ts'
import { identityModel } from '../../support/identity-model.ts'
import { ModelDirectory } from '../../support/model-directory.ts'
import { assertProperty } from '../../support/property.ts'

type Rows = readonly (readonly unknown[])[]

/** Gives rows to a model that answers with what it was given, in pieces, and reads the answers. */
async function passed(
  directory: ModelDirectory,
  passes: readonly Pass[],
  inputs: Fields,
  outputs: Fields,
  rows: Rows,
  pieces: number,
): Promise<unknown[][]> {
  directory.write('same', 1, identityModel(passes), {
    inputs: passes.map(({ from }) => ({ tensor: from, column: from })),
    outputs: passes.map(({ to }) => ({ column: to, tensor: to })),
  })
  const loaded = await directory.models.load(model('same', { inputs, outputs }), 1)
  const arena = new BatchArena()
  const columns = Object.values<Field>(inputs).map((field, index) =>
    columnOfValues(
      field,
      rows.map(row => row[index]),
      arena,
    ),
  )
  const answers = newOutputs(outputs, rows.length)
  for (let from = 0; from < rows.length; from += pieces) {
    await loaded.score(columns, answers, from, Math.min(pieces, rows.length - from))
  }
  await loaded.close()
  const fields = Object.values<Field>(outputs)
  return rows.map((_, row) =>
    fields.map((field, index) => readValue(field, asColumn(answers[index], arena), row)),
  )
}

const single = fc.float({ noNaN: true })
const small = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
const large = fc.maxSafeInteger()
const row = fc.tuple(
  single,
  fc.double({ noNaN: true }),
  small,
  large,
  fc.boolean(),
  fc.string({ unit: 'binary' }).map(text => text.replaceAll('\0', '')),
  fc.tuple(single, single),
)

test('what goes into tensors of every type comes out of them', async t => {
  const directory = new ModelDirectory(t)
  const passes: Pass[] = [
    { from: 'f32', to: 'a', type: 'float32' },
    { from: 'f64', to: 'b', type: 'float64', dims: [1] },
    { from: 'i32', to: 'c', type: 'int32' },
    { from: 'i64', to: 'd', type: 'int64', dims: [1] },
    { from: 'bool', to: 'e', type: 'bool' },
    { from: 'text', to: 'f', type: 'string' },
    { from: 'pair', to: 'g', type: 'float32', dims: [2] },
  ]
  const inputs = {
    f32: float(),
    f64: double(),
    i32: int(),
    i64: long(),
    bool: boolean(),
    text: string(),
    pair: vector(2),
  }
  const outputs = { a: float(), b: double(), c: int(), d: long(), e: int(), f: string(), g: vector(2) }
  await assertProperty(
    fc.asyncProperty(
      fc.array(row, { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 1, max: 31 }),
      async (rows, pieces) => {
        const found = await passed(directory, passes, inputs, outputs, rows, pieces)
        const expected = rows.map(([a, b, c, d, e, f, g]) => [a, b, c, d, Number(e), f, Float32Array.from(g)])
        assert.deepEqual(found, expected)
      },
    ),
    10,
  )
})

test('columns are packed side by side, whatever kinds of numbers they are', async t => {
  const directory = new ModelDirectory(t)
  directory.write('packed', 1, identityModel([{ from: 'x', to: 'y', type: 'float32', dims: [5] }]), {
    inputs: [{ tensor: 'x', columns: ['e', 'a', 'b', 'd', 'c'] }],
    outputs: [{ column: 'y', tensor: 'y' }],
  })
  const inputs = { a: double(), b: int(), c: boolean(), d: float(), e: long() }
  const outputs = { y: vector(5) }
  const loaded = await directory.models.load(model('packed', { inputs, outputs }), 1)
  const arena = new BatchArena()
  // More rows than are packed at a time.
  const rows = Array.from({ length: 200 }, (_, i) => [i + 0.5, 7 - i, i % 2 === 0, i / 4, i * 1000])
  const columns = Object.values<Field>(inputs).map((field, k) =>
    columnOfValues(
      field,
      rows.map(values => values[k]),
      arena,
    ),
  )
  const answers = newOutputs(outputs, rows.length)
  await loaded.score(columns, answers, 0, 90)
  await loaded.score(columns, answers, 90, 110)
  await loaded.close()
  const expected = rows.flatMap(([a, b, c, d, e]) => [e, a, b, d, Number(c)])
  assert.deepEqual([...answers[0].values], expected)
})

test('one column of several kinds of tensors: doubles of vectors, floats of whole numbers', async t => {
  const directory = new ModelDirectory(t)
  const passes: Pass[] = [
    { from: 'v', to: 'a', type: 'float64', dims: [3] },
    { from: 'n', to: 'b', type: 'float32' },
    { from: 'k', to: 'c', type: 'int64' },
  ]
  const inputs = { v: vector(3), n: long(), k: int() }
  const outputs = { a: vector(3), b: double(), c: double() }
  const rows = [
    [[1, 2, 3], 7, -1],
    [[4, 5, 6], -8, 2],
  ]
  assert.deepEqual(await passed(directory, passes, inputs, outputs, rows, 1), [
    [new Float32Array([1, 2, 3]), 7, -1],
    [new Float32Array([4, 5, 6]), -8, 2],
  ])
})

test('a whole number that its column cannot hold is an error, and not another number', async t => {
  const directory = new ModelDirectory(t)
  const passes: Pass[] = [{ from: 'k', to: 'c', type: 'int64' }]
  const passing = passed(directory, passes, { k: long() }, { c: int() }, [[2 ** 31]], 1)
  await assert.rejects(passing, /the output "c" of kind int, the tensor "c" has the value 2147483648/)
})
