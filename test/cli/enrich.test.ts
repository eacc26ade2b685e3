import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { CliFolder } from '../support/cli.ts'
import { redis, redisClient, uniquePrefix } from '../support/services/redis.ts'

const url = await redis()

/** One job fills a view, the other gives its rows what that view and the hashes of their users have. */
const common = `
import { double, features, hash, int, job, long, nullable, oneOf, record, sink, source, string, timestamp, topic } from '@/engine/index.ts'
import { enrich } from '@/operators/index.ts'

const stats = features('user-stats', { entity: 'user', fields: { spend: double(), visits: long() } })
const Stat = record('Stat', { ts: timestamp(), user: string(), spend: double(), visits: long() })
`
const filling = `${common}
export default job('filling', () => {
  source('stats', topic('stats', Stat, { time: 'ts', lateness: 0 })).pipe(sink('to-view', stats))
})
`
const enriching = (key: string) => `${common}
const tier = () => oneOf('Tier', ['gold', 'silver'])
const users = hash('${key}', { fields: { tier: tier(), level: int({ max: 9 }) } })
const Click = record('Click', { ts: timestamp(), user: string() })
const Whole = record('Whole', { ...Click.fields, spend: nullable(double()), tier: tier(), grade: int() })

export default job('enriching', () => {
  source('clicks', topic('clicks', Click, { time: 'ts', lateness: 0 })).pipe(
    enrich('stats', stats, { by: 'user', take: ['spend'], maxAge: '1m' }),
    enrich('users', users, {
      by: 'user',
      take: { tier: 'tier', grade: 'level' },
      onMissing: { tier: 'silver', grade: 0 },
      cache: { entries: 100, ttl: '1h' },
    }),
    sink('out', topic('out', Whole)),
  )
})
`

interface Profile {
  readonly user: string
  readonly tier?: string
  readonly level?: number
}

const start = Date.UTC(2026, 0, 1)
const stats = ['ann', 'bob', 'eve'].map((user, k) => ({
  ts: start + k * 60_000,
  user,
  spend: k + 0.5,
  visits: k,
}))
const profiles: readonly Profile[] = [
  { user: 'ann', tier: 'gold', level: 3 },
  { user: 'eve', level: 9 },
  { user: 'fay', tier: 'gold', level: 10 },
]
const users = ['ann', 'bob', 'eve', 'fay', 'gus']
const clicks = Array.from({ length: 400 }, (_, k) => ({ ts: start + 400 * k, user: users[(k * 7) % 5] }))

/** What the rows should have, and which are rejected: found row by row, from what was stored. */
function expected() {
  const rows: unknown[] = []
  let rejected = 0
  for (const { ts, user } of clicks) {
    const stat = stats.find(one => one.user === user)
    const { tier = 'silver', level = 0 } = profiles.find(one => one.user === user) ?? {}
    const isUsable = stat !== undefined && ts - stat.ts <= 60_000
    if (level > 9) rejected++
    else rows.push({ ts, user, spend: isUsable ? stat.spend : null, tier, grade: level })
  }
  return { rows: rows.map(row => JSON.stringify(row)).toSorted(), rejected }
}

type Env = Readonly<Record<string, string>>

async function enriched(t: TestContext, key: string, env: Env, fill: (folder: CliFolder) => Promise<void>) {
  const folder = new CliFolder(t)
  const ok = async (args: string | readonly string[], input = '') => {
    const result = await folder.run(args, { env, input })
    assert.equal(result.code, 0, result.err)
    return result
  }
  folder.write('filling.ts', filling)
  folder.write('enriching.ts', enriching(key))
  await ok('log append stats --job filling.ts --partitions 1', lines(stats))
  await ok('run filling.ts --until end')
  await fill(folder)
  await ok('log append clicks --job enriching.ts --partitions 2', lines(clicks))
  const { out } = await ok('run enriching.ts --until end --json')
  const rowsIn = async (data: string) =>
    (await ok(`log cat out --job enriching.ts --json${data}`))
      .json<{ value: object }>()
      .map(({ value }) => JSON.stringify(value))
      .toSorted()
  const rows = await rowsIn('')
  // A replay looks up what is there by now, which has not changed.
  await ok('replay enriching.ts --out again')
  assert.deepEqual(await rowsIn(' --data again'), rows)
  return { rows, summary: lastOf(out) }
}

interface Summary {
  readonly steps: { readonly users: { readonly rejected: number } }
  readonly lookups: Readonly<Record<string, { readonly asked: number; readonly remembered: number }>>
}

const lines = (rows: readonly object[]) => rows.map(row => `${JSON.stringify(row)}\n`).join('')
const lastOf = (out: string) => JSON.parse(out.trimEnd().split('\n').at(-1) ?? '{}') as Summary

function judge({ rows, summary }: Awaited<ReturnType<typeof enriched>>): void {
  const wanted = expected()
  assert.deepEqual(rows, wanted.rows)
  assert.equal(summary.steps.users.rejected, wanted.rejected)
  const { asked, remembered } = summary.lookups.users
  // Two tasks, each of which has seen its users once before it knows them.
  assert.ok(asked <= 2 * users.length, `${asked}`)
  assert.ok(asked + remembered >= users.length)
}

test('a job enriches its rows from a view and from hashes in the data directory', async t => {
  const env = { HEADRACE_WORKERS: '2' }
  const result = await enriched(t, 'user:{}', env, async folder => {
    folder.write('users.jsonl', lines(profiles))
    const { out, err } = await folder.run('hash load user:{} users.jsonl --entity user')
    assert.deepEqual([out, err], [`wrote 3 hashes to ${folder.path}/.headrace/hashes.db\n`, ''])
  })
  judge(result)
})

test('the same job does the same in Redis, where another program has written the hashes', async t => {
  const keyPrefix = uniquePrefix()
  const env = { HEADRACE_REDIS_URL: url, HEADRACE_REDIS_KEY_PREFIX: keyPrefix }
  const client = redisClient(t, url)
  const result = await enriched(t, `${keyPrefix}{}`, env, async () => {
    for (const { user, ...fields } of profiles) await client.hset(`${keyPrefix}${user}`, fields)
  })
  judge(result)
})

test('hashes that are loaded into Redis have the very keys, fields and digits of the lines', async t => {
  const folder = new CliFolder(t)
  const env = { HEADRACE_REDIS_URL: url }
  const own = uniquePrefix()
  const input =
    '{"id":7,"big":12345678901234567890,"yes":true,"none":null,"name":"Zoé"}\n\n{"id":"8","x":1.50}\n'
  const { json } = await folder.run(`hash load ${own}{} --entity id --json`, { env, input })
  assert.deepEqual(json(), [{ key: `${own}{}`, hashes: 2 }])
  const client = redisClient(t, url)
  assert.deepEqual(
    { ...(await client.hgetall(`${own}7`)) },
    { big: '12345678901234567890', yes: 'true', name: 'Zoé' },
  )
  assert.deepEqual({ ...(await client.hgetall(`${own}8`)) }, { x: '1.50' })
})

const wrong: readonly (readonly [string, string, RegExp])[] = [
  ['hash load user --entity id', '', /HR_CONFIG_INVALID: hash "user": the key has \{\} once/],
  ['hash load user:{}', '', /HR_USAGE.*--entity is missing/],
  ['hash load user:{} --entity id', '{"id":1,"a":1}\nnot json', /line 2 of the input: it is no JSON/],
  ['hash load user:{} --entity id', '[1]', /line 1 of the input: it is no JSON object/],
  ['hash load user:{} --entity id', '{"a":1}', /line 1 of the input: it has no text or number "id"/],
  ['hash load user:{} --entity id', '{"id":1,"a":[1]}', /"a" is neither a text, a number/],
  ['hash load user:{} --entity id', '{"id":1}', /it has nothing beside "id"/],
]

for (const [args, input, message] of wrong) {
  test(`what cannot be loaded is one readable message: ${args} ${input.replaceAll('\n', ' ')}`, async t => {
    const { code, err } = await new CliFolder(t).run(args, { input })
    assert.notEqual(code, 0)
    assert.match(err, message)
  })
}
