import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Field } from '../../engine/batch/schema.ts'
import { makeSchema } from '../../engine/batch/schema.ts'
import {
  bigint,
  boolean,
  decimal,
  double,
  features,
  float,
  int,
  long,
  nullable,
  oneOf,
  string,
  timestamp,
  vector,
} from '../../engine/index.ts'
import { viewSpec } from '../../engine/stores/feature-view.ts'
import { assertProperty } from '../support/property.ts'
import { ownName, writeRows } from '../support/written-rows.ts'
import type { FeatureHome } from './feature-home.ts'
import { place } from './feature-views.ts'

const finite = { noNaN: true, noDefaultInfinity: true }
const texts = fc.string({ unit: 'binary', maxLength: 40 })

/** Every kind of field that a view may have, with the values that it may hold. */
const kinds: Readonly<Record<string, readonly [Field, fc.Arbitrary<unknown>]>> = {
  flag: [boolean(), fc.boolean()],
  small: [int(), fc.integer()],
  whole: [long(), fc.maxSafeInteger()],
  exact: [bigint(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })],
  single: [float(), fc.float(finite)],
  real: [double(), fc.double(finite)],
  words: [string(), texts],
  colour: [oneOf('Colour', ['red', 'green blue', '']), fc.constantFrom('red', 'green blue', '')],
  at: [timestamp(), fc.integer({ min: -1e12, max: 1e13 })],
  price: [decimal(12, 2), fc.integer().map(cents => (cents / 100).toFixed(2))],
  embedding: [vector(3), fc.float32Array({ minLength: 3, maxLength: 3, ...finite })],
  'odd "name": %': [string(), texts],
  Flag: [nullable(int()), fc.integer()],
}

const entries = Object.entries(kinds)
const row = fc.record(
  Object.fromEntries(
    entries.map(([name, [{ nullable: isOptional }, values]]) => [
      name,
      isOptional ? fc.option(values) : values,
    ]),
  ),
)
const entities = fc.uniqueArray(fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }), {
  minLength: 1,
  maxLength: 5,
})

export function testKinds({ name, factory, histories }: FeatureHome): void {
  test(`${name}: values of all kinds come back as they were, for entities of all names`, async t => {
    const store = await factory(t)()
    const fields = Object.fromEntries(entries.map(([field, [kind]]) => [field, kind]))
    const view = features(ownName('kinds'), { entity: 'who', fields })
    const schema = makeSchema(view.name, { who: string(), ...fields })
    const writer = await store.openWriter(viewSpec(view), schema, place)
    let time = 0
    const property = fc.asyncProperty(
      entities,
      fc.array(row, { minLength: 5, maxLength: 5 }),
      async (who, rows) => {
        time++
        await writeRows(
          writer,
          schema,
          who.map((entity, index) => ({ who: entity, time, ...rows[index] })),
        )
        const answer = await store.get({ view: view.name, entities: who })
        const expected = who.map((_, index) => entries.map(([field]) => rows[index][field]))
        assert.deepEqual(
          answer.rows.map(values => values.map(({ value }) => value)),
          expected,
        )
      },
    )
    await assertProperty(property, histories)
    await store.close()
  })
}
