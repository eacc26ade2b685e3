import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { exitOf } from '../support/child-process.ts'
import { CliFolder } from '../support/cli.ts'
import { blocksOf, commandsOf, filesOf, withSources } from '../support/pages.ts'
import { newToken, startServing, withoutId } from '../support/serving.ts'
import { root } from '../support/source-tree.ts'

const page = 'docs/feature-server.md'
const exec = promisify(execFile)

test('what the page shows works: a job, a token, the server, clients in curl and Python', async t => {
  const folder = new CliFolder(t)
  const { token, entry } = await newToken(folder, ['read:user-stats'])
  for (const [name, text] of filesOf(page)) {
    const own = withSources(text, folder.path).replace('port: 8470', 'port: 0')
    folder.write(name, own.replace(/sha256:[0-9a-f]{64}/, entry.hash))
  }
  const [append, run, serve, python] = commandsOf(page)
  for (const { command } of [append, run]) {
    const { code, err } = await folder.run(command.replace('npx headrace ', ''))
    assert.deepEqual([code, err], [0, ''])
  }
  assert.equal(serve.command, 'npx headrace serve features')
  const { url, child } = await startServing(t, folder, 'features')
  const env = { ...process.env, FEATURES_TOKEN: token, FEATURES_URL: url }
  const [curl, answer, client] = ['sh', 'json', 'python'].map(
    wanted => blocksOf(page).find(({ language }) => language === wanted)!.text,
  )
  const { stdout } = await exec('sh', ['-c', curl.replace('http://127.0.0.1:8470', url)], { env })
  assert.deepEqual(withoutAges(JSON.parse(stdout)), withoutAges(JSON.parse(answer)))
  folder.write('features.py', client)
  const printed = await exec('sh', ['-c', `${python.command} 2>&1 || true`], { env, cwd: folder.path })
  assert.equal(withoutId(printed.stdout), withoutId(python.output))
  child.kill('SIGTERM')
  assert.equal(await exitOf(child), 0)
})

interface Answer {
  readonly results: readonly { readonly features: Readonly<Record<string, { readonly ageMs: unknown }>> }[]
}

/** How old something is depends on when one asks. */
function withoutAges(answer: Answer): unknown {
  for (const { features } of answer.results) {
    for (const feature of Object.values(features)) Object.assign(feature, { ageMs: typeof feature.ageMs })
  }
  return answer
}

test('tokens are made for scopes that there are', async t => {
  const folder = new CliFolder(t)
  const made = await folder.run('token new --scope admin --scope read:*')
  const [, token, entry] = /^token {2}(\S+)\nentry {2}(\{.*\})\n$/.exec(made.out) ?? []
  assert.match(token, /^hr_[\w-]{43}$/)
  assert.deepEqual(JSON.parse(entry).scopes, ['admin', 'read:*'])
  for (const args of ['token new', 'token new --scope write:x']) {
    const { code, err } = await folder.run(args)
    assert.equal(code, 2)
    assert.match(err, /scopes are/)
  }
})

test('the configuration says what tokens may look like, and never shows them', async t => {
  const folder = new CliFolder(t)
  for (const tokens of [
    '[{"name":"a","hash":"plain-secret","scopes":["admin"]}]',
    `[{"name":"a","hash":"sha256:${'0'.repeat(64)}","scopes":["write:x"]}]`,
    `[{"name":"a","hash":"sha256:${'0'.repeat(64)}","scopes":[]}]`,
    'plain-secret',
  ]) {
    const env = { HEADRACE_SERVE_TOKENS: tokens }
    const { code, err } = await folder.run('serve features', { env })
    assert.equal(code, 78)
    assert.match(err, /HR_CONFIG_INVALID.*HEADRACE_SERVE_TOKENS/)
    assert.doesNotMatch(err, /plain-secret|write:x/)
  }
  const open = await folder.run('serve features --host 0.0.0.0')
  assert.match(open.err, /HR_CONFIG_INVALID.*loopback/)
  assert.ok(!readFileSync(`${root}${page}`, 'utf8').includes('hr_'))
})
