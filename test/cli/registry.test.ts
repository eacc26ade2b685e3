import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Summary } from '../../cli/status.ts'
import { CliFolder } from '../support/cli.ts'
import { FakeRegistry } from '../support/fake-registry.ts'
import { commandsOf, filesOf, withSources } from '../support/pages.ts'

const page = 'docs/schema-registry.md'

function example(t: Parameters<typeof FakeRegistry.start>[0]): CliFolder {
  const folder = new CliFolder(t)
  for (const [name, text] of filesOf(page)) folder.write(name, withSources(text, folder.path))
  return folder
}

test('the example of the page does what the page says', async t => {
  const registry = await FakeRegistry.start(t)
  const folder = example(t)
  const env = { HEADRACE_SCHEMA_REGISTRY: registry.url }
  const [first, ...commands] = commandsOf(page)
  assert.equal(first.command, 'export HEADRACE_SCHEMA_REGISTRY=http://localhost:8081')
  for (const { command, output } of commands) {
    const { out, err } = await folder.run(command.replace('npx headrace ', ''), { env })
    assert.equal(err, '')
    assert.equal(out.replace(/in \d\.\d s/, 'in 0.0 s').trim(), output.trim())
  }
  const registered = registry.requests.filter(request => /POST .*\/versions\?normalize/.test(request))
  assert.deepEqual(registered, [
    'POST /subjects/clicks-value/versions?normalize=true',
    'POST /subjects/purchases-value/versions?normalize=true',
  ])
})

test('worker threads have a client of their own, with the settings of the configuration', async t => {
  const registry = await FakeRegistry.start(t)
  const folder = example(t)
  folder.write(
    'headrace.config.ts',
    `export default { schemaRegistry: { url: ['${registry.url}'], username: 'me', password: 'hush', subjects: 'record' } }`,
  )
  const lines = Array.from(
    { length: 100 },
    (_, user) => `{"ts":${user},"user":${user},"value":1,"page":null}\n`,
  )
  await folder.run('log append clicks --job purchases.ts --partitions 2', { input: lines.join('') })
  const { code, err, json } = await folder.run('run purchases.ts --until end --json --workers 2')
  assert.equal(code, 0, err)
  assert.equal((json().at(-1) as unknown as Summary).steps.out?.out, 100)
  assert.ok(registry.requests.filter(request => request === 'GET /schemas/ids/1').length <= 2)
  assert.deepEqual(new Set(registry.authorizations), new Set([`Basic ${btoa('me:hush')}`]))
  assert.deepEqual(
    new Set(
      registry.requests.map(
        request => /subjects\/(?<name>[^/?]*)/.exec(request)?.groups?.name ?? 'shop.Click',
      ),
    ),
    new Set(['shop.Click']),
  )
})

test('what is wrong with the settings fails at start, and shows no secret', async t => {
  const folder = example(t)
  const wrong: readonly (readonly [string, RegExp])[] = [
    [
      "url: 'ftp://me:hush@host'",
      /schemaRegistry.url in the configuration is not what it may be; allowed: addresses/,
    ],
    ['url: []', /schemaRegistry.url in the configuration is not what it may be; allowed: addresses/],
    ["url: 'http://host', password: 'hush'", /schemaRegistry.username and password: one of them is missing/],
    [
      "token: 'hush'",
      /schemaRegistry.token \(HEADRACE_SCHEMA_REGISTRY_TOKEN\) is given, but schemaRegistry.url \(HEADRACE_SCHEMA_REGISTRY\) is not/,
    ],
    [
      "url: 'http://host', ca: 'nothing.pem'",
      /schemaRegistry.ca \(HEADRACE_SCHEMA_REGISTRY_CA\) names a file that cannot be read/,
    ],
    [
      "url: 'http://host', subjects: 'any'",
      /schemaRegistry.subjects in the configuration is "any"; allowed: 'topic', 'record', 'topic-record'/,
    ],
    ["url: 'http://host', secret: 'hush'", /schemaRegistry in wrong-6.ts has no setting "secret"/],
  ]
  for (const [k, [settings, message]] of wrong.entries()) {
    // A module is loaded once: each needs a name of its own.
    const file = `wrong-${k}.ts`
    folder.write(file, `export default { schemaRegistry: { ${settings} } }`)
    const { code, err } = await folder.run(`run purchases.ts --config ${file}`)
    assert.equal(code, 78)
    assert.match(err, message)
    assert.doesNotMatch(err, /hush/)
  }
})

test('a registry that is not configured, or refuses, ends the start with its code', async t => {
  const registry = await FakeRegistry.start(t)
  const folder = example(t)
  await folder.run('log append clicks --partitions 1')
  const without = await folder.run('run purchases.ts --until end')
  assert.equal(without.code, 78)
  assert.match(without.err, /HR_REGISTRY_MISSING.*topic clicks/s)
  registry.add('purchases-value', '"int"')
  registry.refusal = { check: ['no way'] }
  const env = { HEADRACE_SCHEMA_REGISTRY: registry.url }
  const refused = await folder.run('run purchases.ts --until end', { env })
  assert.equal(refused.code, 78)
  assert.match(refused.err, /HR_SCHEMA_INCOMPATIBLE: subject "purchases-value".*no way.*topic purchases/s)
})
