import assert from 'node:assert/strict'
import { test } from 'node:test'
import { diffOutputs } from '../../backtest/diff/diff-outputs.ts'
import { guessTopic } from '../../backtest/diff/guess-topic.ts'
import { signature } from '../../engine/batch/schema.ts'
import { avroSchema } from '../../engine/codec/avro/schema.ts'
import { array, double, long, nullable, record, string, timestamp, topic } from '../../engine/index.ts'
import { sideOf } from '../support/sides.ts'

const Place = record('Place', { x: double(), name: nullable(string()) })
const Known = record('Known', { user: long(), windowStart: timestamp(), place: Place, tags: array(string()) })
const known = topic('known', Known, { key: 'user' })
const row = (user: number, x: number, name: string | null = null) => {
  return { user, windowStart: 1000, place: { x, name }, tags: ['t'] }
}

test('JSON records say what columns there are, and which is the key', async () => {
  const sides = [await sideOf(known, [row(1, 1)]), await sideOf(known, [row(2, 2, 'n')])]
  const spec = await guessTopic('known', sides, undefined)
  assert.equal(spec.key, 'user')
  const wanted =
    '{user:double?,windowStart:timestamp?,place:record{x:double?,name:string?}?,tags:array[string]?}'
  assert.equal(signature(spec.schema), `record${wanted}`)
})

test('outputs that no job speaks of are compared, down to fields of nested records', async () => {
  const a = await sideOf(known, [row(1, 1), row(2, 2, 'n')])
  const b = await sideOf(known, [row(1, 1.5), row(2, 2, 'm')])
  const spec = await guessTopic('known', [a, b], undefined)
  const { biggest, fields } = await diffOutputs({ a, b, spec }, new AbortController().signal)
  assert.deepEqual(
    fields.map(({ field, changed }) => [field, changed]),
    [
      ['place.x', 1],
      ['place.name', 1],
      ['tags', 0],
    ],
  )
  assert.deepEqual(
    biggest.map(({ key, fields: changed }) => [key.user, changed]),
    [
      [2, [{ field: 'place.name', a: 'n', b: 'm' }]],
      [1, [{ field: 'place.x', a: 1, b: 1.5 }]],
    ],
  )
})

test('Avro records say it by their schema in the registry', async () => {
  const framed = topic('known', Known, { key: 'user', format: 'avro', schemaId: 7 })
  const [a, b] = [await sideOf(framed, [row(1, 1)]), await sideOf(framed, [row(1, 2)])]
  const registry = {
    idOf: async () => 7,
    byId: (id: number) => (id === 7 ? avroSchema(Known) : undefined),
  }
  const spec = await guessTopic('known', [a, b], registry)
  assert.equal(signature(spec.schema), signature(Known))
  const key = ['user', 'windowStart']
  const { changed, fields } = await diffOutputs({ a, b, spec, registry, key }, new AbortController().signal)
  assert.equal(changed, 1)
  assert.equal(fields[0]!.field, 'place.x')
})

test('what cannot be guessed is said', async () => {
  const avro = topic('known', Known, { format: 'avro' })
  const bare = await sideOf(avro, [row(1, 1)])
  await assert.rejects(
    guessTopic('known', [bare], undefined),
    /HR_USAGE: its records are not JSON: name the job/,
  )
  const framed = await sideOf(topic('known', Known, { format: 'avro', schemaId: 7 }), [row(1, 1)])
  await assert.rejects(guessTopic('known', [framed], undefined), /HR_REGISTRY_MISSING/)
  const Other = record('Other', { user: string() })
  const other = await sideOf(topic('known', Other), [{ user: 'a' }])
  const mixed = [await sideOf(known, [row(1, 1)]), other]
  await assert.rejects(guessTopic('known', mixed, undefined), /user has values of several types/)
})
