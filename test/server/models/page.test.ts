import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { exitOf } from '../../support/child-process.ts'
import { CliFolder } from '../../support/cli.ts'
import { blocksOf, commandsOf, filesOf, withSources } from '../../support/pages.ts'
import { newToken, startServing, withoutId } from '../../support/serving.ts'

const page = 'docs/model-server.md'
const exec = promisify(execFile)

test('what the page shows works: a job, a model, a token, the server, clients in curl and Python', async t => {
  const folder = new CliFolder(t)
  const { token, entry } = await newToken(folder, ['score:order-risk', 'read:user-stats'])
  for (const [name, text] of filesOf(page)) {
    const own = withSources(text, folder.path).replace('port: 8470', 'port: 0')
    folder.write(name, own.replace(/sha256:[0-9a-f]{64}/, entry.hash))
  }
  const [append, run, make, promote, serve, python] = commandsOf(page)
  for (const { command } of [append, run, make, promote]) {
    if (command.startsWith('node ')) await exec(process.execPath, [command.slice(5)], { cwd: folder.path })
    else {
      const { code, err } = await folder.run(command.replace('npx headrace ', ''))
      assert.equal(code, 0, err)
    }
  }
  assert.equal(serve.command, 'npx headrace serve models')
  const { url, child } = await startServing(t, folder, 'models')
  const env = { ...process.env, MODELS_TOKEN: token, MODELS_URL: url }
  const [curl, answer, client] = ['sh', 'json', 'python'].map(
    wanted => blocksOf(page).find(({ language }) => language === wanted)!.text,
  )
  const { stdout } = await exec('sh', ['-c', curl.replace('http://127.0.0.1:8470', url)], { env })
  assert.deepEqual(JSON.parse(stdout), JSON.parse(answer))
  folder.write('risk.py', client)
  const printed = await exec('sh', ['-c', `${python.command} 2>&1 || true`], { env, cwd: folder.path })
  assert.equal(withoutId(printed.stdout), withoutId(python.output))
  child.kill('SIGTERM')
  assert.equal(await exitOf(child), 0)
})

test('what it cannot be started with is said at once', async t => {
  const folder = new CliFolder(t)
  const flag = await folder.run('serve models --batch-wait soon')
  assert.deepEqual([flag.code, /--batch-wait is "soon"; allowed: a duration/.test(flag.err)], [2, true])
  const env = { HEADRACE_MODEL_SERVER_BATCH_ROWS: '0' }
  const rows = await folder.run('serve models', { env })
  assert.equal(rows.code, 78)
  assert.match(rows.err, /HR_CONFIG_INVALID.*HEADRACE_MODEL_SERVER_BATCH_ROWS/)
  const open = await folder.run('serve models --host 0.0.0.0')
  assert.match(open.err, /HR_CONFIG_INVALID.*loopback/)
  folder.write('headrace.config.ts', `export default { modelServer: { timeout: '1s', patience: 3 } }`)
  const key = await folder.run('serve models')
  assert.match(key.err, /HR_CONFIG_INVALID.*patience/)
})
