import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BatchArena } from '../../engine/batch/arena.ts'
import { projection } from '../../engine/batch/project.ts'
import type { Field } from '../../engine/batch/schema.ts'
import {
  array,
  bigint,
  boolean,
  bytes,
  decimal,
  double,
  float,
  int,
  long,
  makeSchema,
  nullable,
  oneOf,
  string,
  timestamp,
  vector,
} from '../../engine/batch/schema.ts'
import { readValue } from '../../engine/batch/values.ts'
import { isHeadraceError } from '../../engine/errors.ts'
import { batchOf } from '../support/batch-of.ts'

const kind = oneOf('Kind', ['view', 'é', 'buy'])
const place = { job: 'job', step: 'out' }
const arena = new BatchArena()

function project(from: Field, to: Field, values: readonly unknown[]): unknown[] {
  const [source, target] = [makeSchema('From', { a: boolean(), x: from }), makeSchema('To', { x: to })]
  const rows = values.map(x => ({ a: true, x }))
  const [column] = projection(source, target, place)(batchOf(source, rows, arena))
  return values.map((_, row) => readValue(to, column as never, row))
}

test('numbers widen where nothing is lost, and an enum becomes its names', () => {
  const whole = [-5, 0, 2147483647]
  for (const to of [long(), timestamp(), double()]) assert.deepEqual(project(int(), to, whole), whole)
  for (const to of [timestamp(), double()])
    assert.deepEqual(project(long(), to, [2 ** 53 - 1]), [2 ** 53 - 1])
  assert.deepEqual(project(timestamp(), long(), [7]), [7])
  assert.deepEqual(project(float(), double(), [0.5, -2]), [0.5, -2])
  const names = ['é', 'buy', 'view', 'é']
  assert.deepEqual(project(kind, string(), names), names)
})

test('nulls stay nulls on the way', () => {
  const values = [1, null, 3]
  assert.deepEqual(project(nullable(int()), nullable(double()), values), values)
  assert.deepEqual(project(int(), nullable(long()), [1, 2]), [1, 2])
  assert.deepEqual(project(nullable(kind), nullable(string()), ['buy', null]), ['buy', null])
})

test('what would lose something, or is another thing, does not fit', () => {
  const misfits: [Field, Field][] = [
    [long(), int()],
    [double(), long()],
    [double(), float()],
    [bigint(), long()],
    [long(), bigint()],
    [string(), bytes()],
    [string(), kind],
    [oneOf('Kind', ['buy', 'view']), kind],
    [decimal(5, 2), decimal(5, 3)],
    [decimal(5, 2), string()],
    [vector(3), vector(4)],
    [array(int()), array(long())],
    [nullable(int()), int()],
    [int(), string()],
  ]
  for (const [from, to] of misfits) {
    assert.throws(
      () => projection(makeSchema('From', { x: from }), makeSchema('To', { x: to }), place),
      (error: unknown) => isHeadraceError(error, 'HR_SINK_MISMATCH') && /"x".*step out/.test(error.message),
      `${from.kind} to ${to.kind}`,
    )
  }
})
