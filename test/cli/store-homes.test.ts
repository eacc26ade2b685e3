import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { CliFolder } from '../support/cli.ts'
import { filesOf, withSources } from '../support/pages.ts'
import { influx, newBucket } from '../support/services/influx.ts'
import { redis, uniquePrefix } from '../support/services/redis.ts'

const redisUrl = await redis()
const bucket = await newBucket(await influx(), 'cli')

type Env = Readonly<Record<string, string>>

/** Runs the job of a page on two threads, then gives what a command prints of its results. */
async function resultsOf(t: TestContext, page: string, file: string, commands: readonly string[], env: Env) {
  const folder = new CliFolder(t)
  for (const [name, text] of filesOf(page)) folder.write(name, withSources(text, folder.path))
  await folder.run(`log append clicks clicks.jsonl --job ${file} --partitions 2`)
  const { code, err } = await folder.run(`run ${file} --until end --workers 2`, { env })
  assert.equal(code, 0, err)
  const checked = (await folder.run(`check ${file}`, { env })).out
  const outputs: string[] = []
  for (const command of commands) {
    const { out, err } = await folder.run(command, { env })
    assert.equal(err, '')
    outputs.push(out.replaceAll(/\d+d\d+h/g, 'age'))
  }
  return { outputs, checked }
}

test('features are the same in Redis as in the data directory', async t => {
  const commands = [
    'features ls',
    'features show user-stats',
    'features get user-stats ann bob eve',
    'features promote user-stats 1',
  ]
  const env = { HEADRACE_REDIS_URL: redisUrl, HEADRACE_REDIS_KEY_PREFIX: uniquePrefix() }
  const [embedded, served] = [
    await resultsOf(t, 'docs/features.md', 'stats.ts', commands, {}),
    await resultsOf(t, 'docs/features.md', 'stats.ts', commands, env),
  ]
  assert.deepEqual(served.outputs, embedded.outputs)
  assert.match(embedded.checked, /view user-stats, version 1: in .*\/features\.db\n/)
  assert.match(served.checked, /view user-stats, version 1: in Redis at \S+\n/)
})

test('series are the same in InfluxDB as in the data directory', async t => {
  const commands = [
    'series query traffic --json',
    'series query traffic --where page=home --value clicks --plot',
    'series query traffic --from 2026-01-01T00:00:30Z --json',
  ]
  const { url, token, org, bucket: name } = bucket
  const env = {
    HEADRACE_INFLUX_URL: url,
    HEADRACE_INFLUX_TOKEN: token,
    HEADRACE_INFLUX_ORG: org,
    HEADRACE_INFLUX_BUCKET: name,
  }
  const [embedded, served] = [
    await resultsOf(t, 'docs/series.md', 'traffic.ts', commands, {}),
    await resultsOf(t, 'docs/series.md', 'traffic.ts', commands, env),
  ]
  assert.deepEqual(served.outputs, embedded.outputs)
  assert.match(served.checked, /series traffic: in the bucket \S+ of InfluxDB at http/)
  assert.equal(served.checked.includes(token), false)
})

test('secrets come from the environment alone, and stand in no message', async t => {
  const run = async (config: string, env: Env = {}) => {
    // Of a folder of its own: a module is loaded once.
    const folder = new CliFolder(t)
    folder.write('headrace.config.ts', `export default ${config}`)
    const { out, err } = await folder.run('features ls', { env })
    assert.doesNotMatch(out + err, /hush/)
    return err
  }
  for (const [config, message] of [
    ["{ redis: { url: 'redis://a', password: 'hush' } }", /HEADRACE_REDIS_PASSWORD/],
    ["{ influx: { url: 'http://a', org: 'o', bucket: 'b', token: 'hush' } }", /HEADRACE_INFLUX_TOKEN/],
    ["{ redis: { url: 'http://me:hush@a' } }", /redis\.url: it does not begin with redis/],
    ["{ redis: { keyPrefix: 'x:' } }", /redis\.keyPrefix .* is given, but redis\.url/],
    ["{ redis: { url: 'redis://a', expiry: 'never' } }", /allowed: 'field', 'key'/],
    ["{ influx: { url: 'http://me:hush@a', org: 'o', bucket: 'b' } }", /influx\.url: name and password/],
    ["{ influx: { url: 'http://a', org: 'o' } }", /influx\.token and username/],
  ] as const) {
    assert.match(await run(config), message)
  }
  const token = { HEADRACE_INFLUX_TOKEN: 'hush' }
  assert.match(await run("{ influx: { url: 'http://a', bucket: 'b' } }", token), /influx\.org/)
})
