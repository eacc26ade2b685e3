import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import fc from 'fast-check'
import type { Field } from '../../engine/index.ts'
import {
  bigint,
  boolean,
  decimal,
  double,
  HeadraceError,
  hash,
  int,
  job,
  long,
  nullable,
  oneOf,
  record,
  rejected,
  sink,
  source,
  string,
  timestamp,
  topic,
  vector,
} from '../../engine/index.ts'
import { limits } from '../../engine/limits.ts'
import type { EnrichOptions } from '../../operators/index.ts'
import { enrich, select } from '../../operators/index.ts'
import type { TestJob } from '../../testing/test-job.ts'
import { testJob } from '../../testing/test-job.ts'
import { checkCuts } from '../support/operator-cases.ts'
import { assertProperty } from '../support/property.ts'

const Click = record('Click', { at: timestamp(), user: string() })
const clicks = topic('clicks', Click, { time: 'at', lateness: 5 })
const tiers = ['gold', 'silver'] as const
const users = hash('app:{}:user', { fields: { country: string(), tier: oneOf('Tier', tiers) } })
const Known = record('Known', {
  ...Click.fields,
  country: nullable(string()),
  tier: nullable(oneOf('Tier', tiers)),
})
const Refused = record('Refused', { offset: long(), code: string(), message: string() })

const lookUp = (options: Partial<EnrichOptions<'user', undefined, 'null'>> = {}) =>
  job('known', () => {
    const rows = source('clicks', clicks).pipe(enrich('users', users, { by: 'user', ...options }))
    rows.pipe(sink('out', topic('out', Known)))
    rejected('users').pipe(select('offset', 'code', 'message'), sink('refused', topic('refused', Refused)))
  })

const at = (...names: string[]) => names.map((user, index) => ({ at: index, user }))

const anyHash = fc.record(
  {
    user: fc.constantFrom('', 'a', '{b}', 'c:1'),
    fields: fc.record(
      { country: fc.constantFrom('', 'CH', 'Zürich'), tier: fc.constantFrom('gold', 'silver', 'tin') },
      { requiredKeys: [] },
    ),
  },
  { noNullPrototype: true },
)

for (const onMissing of ['null', 'drop', 'reject'] as const) {
  test(`rows get what the hashes of their users have; what is missing: ${onMissing}`, async () => {
    const names = fc.array(fc.constantFrom('', 'a', '{b}', 'c:1', 'd'), { maxLength: 30 })
    const property = fc.asyncProperty(names, fc.array(anyHash, { maxLength: 6 }), async (asked, hashes) => {
      const stored = new Map<string, Record<string, string>>()
      for (const { user, fields } of hashes) stored.set(user, { ...stored.get(user), ...fields })
      const out: unknown[] = []
      const refused: unknown[] = []
      at(...asked).forEach((row, offset) => {
        const { country, tier } = stored.get(row.user) ?? {}
        const missing = country === undefined ? 'country' : tier === undefined ? 'tier' : undefined
        if (tier === 'tin') {
          const message = `the hash "app:${row.user}:user": the value of "tier" does not fit enum(gold, silver): 'tin'`
          refused.push({ offset, code: 'HR_HASH_VALUE', message })
        } else if (missing === undefined || onMissing === 'null') {
          out.push({ ...row, country: country ?? null, tier: tier ?? null })
        } else if (onMissing === 'reject') {
          const message = `hash "app:{}:user" has no usable "${missing}" of ${row.user}`
          refused.push({ offset, code: 'HR_FEATURE_MISSING', message })
        }
      })
      const prepare = ({ stores }: TestJob) => {
        for (const { user, fields } of hashes) stores.hashes.set(`app:${user}:user`, fields)
      }
      const options = { onMissing } as { onMissing: 'null' }
      await checkCuts(lookUp(options), { clicks: at(...asked) }, { out, refused }, { runs: 2, prepare })
    })
    await assertProperty(property, 8)
  })
}

interface Reading {
  readonly field: Field
  /** Texts with their values. */
  readonly right: Readonly<Record<string, unknown>>
  readonly wrong: readonly string[]
}

const readings: readonly Reading[] = [
  {
    field: boolean(),
    right: { true: true, false: false, '0': false },
    wrong: ['yes', '', 'TRUE', 'toString'],
  },
  {
    field: int({ min: -5, max: 5 }),
    right: { '-5': -5, '+3': 3 },
    wrong: ['6', '1.0', ' 1', '', '0x1'],
  },
  { field: long(), right: { '9007199254740991': 2 ** 53 - 1 }, wrong: ['9007199254740993', '1e3'] },
  {
    field: bigint(),
    right: { '-9223372036854775808': -(2n ** 63n), '+7': 7n },
    wrong: ['9223372036854775808', '1n'],
  },
  {
    field: double(),
    right: { '-1.5e-3': -0.0015, '.5': 0.5, '3': 3 },
    wrong: ['1,5', 'NaN', 'Infinity', '1e999', '-'],
  },
  { field: decimal(5, 2), right: { '123.45': '123.45' }, wrong: ['1234.5', '1.234', 'x'] },
  { field: timestamp(), right: { '1767225600000': 1_767_225_600_000 }, wrong: ['2026-01-01', '12.5'] },
]

for (const { field, right, wrong } of readings) {
  test(`a field is read as its type has it, and nothing else is taken for it: ${field.kind}`, async () => {
    const values = hash('values:{}', { fields: { value: field } })
    const Out = record('Out', { ...Click.fields, value: field })
    const read = job('read', () => {
      const rows = source('clicks', clicks).pipe(
        enrich('values', values, { by: 'user', onMissing: 'reject' }),
      )
      rows.pipe(sink('out', topic('out', Out)))
      rejected('values').pipe(select('offset', 'code', 'message'), sink('refused', topic('refused', Refused)))
    })
    const driver = testJob(read)
    for (const text of [...Object.keys(right), ...wrong]) {
      driver.stores.hashes.set(`values:${text}`, { value: text })
    }
    driver.push('clicks', at(...Object.keys(right), ...wrong))
    const found = await driver.output<{ user: string; value: unknown }>('out')
    assert.deepEqual(Object.fromEntries(found.map(({ user, value }) => [user, value])), right)
    const codes = (await driver.output('refused')).map(({ code }) => code)
    assert.deepEqual(
      codes,
      wrong.map(() => 'HR_HASH_VALUE'),
    )
    await driver.close()
  })
}

test('a tick asks for each of its keys once, in pieces of bounded size, and the cache remembers', async () => {
  const few = limits.lookupEntities
  const names = Array.from({ length: few + 10 }, (_, index) => `u${index % (few + 1)}`)
  const driver = testJob(lookUp({ cache: { entries: 2 * few, ttl: '1m' } }))
  const asked: number[] = []
  driver.stores.hashes.onRead = keys => {
    asked.push(new Set(keys).size)
  }
  await driver.push('clicks', at(...names)).push('clicks', at('u1', 'u2', 'new'))
  assert.deepEqual(asked, [few, 1, 1])
  assert.equal((await driver.output('out')).length, few + 13)
  const { asked: entities, remembered, failed } = (await driver.inspect()).tasks[0].build.lookups[0].counters
  assert.deepEqual([entities, remembered, failed], [few + 2, 2, 0])
  await driver.close()
})

test('a store that is away is asked again, and every attempt is counted with its time', async () => {
  const driver = testJob(lookUp())
  const notices: string[] = []
  Object.assign(driver.stores, { notify: (message: string) => notices.push(message) })
  driver.stores.hashes.set('app:a:user', { country: 'CH', tier: 'gold' })
  let reads = 0
  driver.stores.hashes.onRead = () => {
    driver.clock.advance(250)
    if (++reads < 3) throw new HeadraceError('HR_STORE_UNREACHABLE', 'it is away')
  }
  let isOver = false
  const written = driver
    .push('clicks', at('a'))
    .output('out')
    .finally(() => {
      isOver = true
    })
  while (!isOver) {
    // Whoever waits for the clock has asked it by then.
    await nextTurn()
    driver.clock.advance(10)
  }
  assert.deepEqual(await written, [{ at: 0, user: 'a', country: 'CH', tier: 'gold' }])
  assert.deepEqual(notices, [
    'look-ups of "users" in hash "app:{}:user" fail and are tried again: it is away',
    'look-ups of "users" in hash "app:{}:user" are answered again',
  ])
  const { counters } = (await driver.inspect()).tasks[0].build.lookups[0]
  assert.deepEqual([counters.failed, counters.seconds], [2, 0.75])
  await driver.close()
})

test('what is no hash, or does not fit the stream, is refused when the job is looked at', async () => {
  const fields = { a: string() }
  assert.throws(() => hash('user', { fields }), /HR_CONFIG_INVALID: hash "user": the key has \{\} once/)
  assert.throws(() => hash('{}:{}', { fields }), /the key has \{\} once/)
  assert.throws(() => hash('{}', { fields: {} }), /it has no fields/)
  assert.throws(() => hash('{}', { fields: { v: vector(2) } }), /"v" is of kind vector; allowed: boolean/)
  assert.throws(() => hash('{}', { fields: { v: nullable(int()) } }), /"v" is nullable/)
  const refused = async (options: object, message: RegExp) =>
    assert.rejects(async () => await testJob(lookUp(options)).close(), message)
  await refused({ maxAge: '1h' }, /HR_CONFIG_INVALID: maxAge of "users": hash "app:\{\}:user" does not tell/)
  await refused({ take: ['age'] }, /HR_COLUMN_UNKNOWN: take names "age": there are country, tier/)
  await refused({ onMissing: { tier: 'tin' } }, /HR_CONFIG_INVALID: .*"tier" does not fit enum/)
})
