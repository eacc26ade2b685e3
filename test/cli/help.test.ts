import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commands } from '../../cli/cli.ts'
import { errorCatalog } from '../../engine/error-codes.ts'
import { CliFolder } from '../support/cli.ts'

for (const { name, options } of commands) {
  test(`headrace ${name} --help names each option, and has an example`, async t => {
    const { code, out } = await new CliFolder(t).run(`${name} --help`)
    assert.equal(code, 0)
    for (const option of Object.keys(options)) assert.match(out, new RegExp(`^  --${option}\\b`, 'm'))
    assert.match(out, /^Examples?:\n {2}\S/m)
    for (const line of out.split('\n')) assert.ok(line.length <= 80 || line.startsWith('  echo '), line)
  })
}

test('the overview lists every command and every exit code', async t => {
  const { code, out } = await new CliFolder(t).run('--help')
  assert.equal(code, 0)
  for (const { name } of commands) assert.match(out, new RegExp(`^  ${name} `, 'm'))
  for (const exit of [0, 1, 2, 64, 78, 130]) assert.match(out, new RegExp(`^  ${exit} `, 'm'))
})

test('a group lists the help of its commands', async t => {
  const { code, out } = await new CliFolder(t).run('log')
  assert.equal(code, 0)
  for (const name of ['ls', 'cat', 'append']) assert.match(out, new RegExp(`Usage: headrace log ${name}`))
})

test('--version prints the version', async t => {
  const { code, out } = await new CliFolder(t).run('--version')
  assert.equal(code, 0)
  assert.match(out, /^\d+\.\d+\.\d+\n$/)
})

const misused: readonly (readonly [string, RegExp])[] = [
  ['fly', /there is no command "fly"; there are run, graph/],
  ['log fly', /there is no command "log fly"; there are log ls, log cat, log append/],
  ['run', /headrace run needs <job.ts>/],
  ['run a.ts b.ts', /does not know what to do with "b.ts"/],
  ['run a.ts --fast', /Unknown option '--fast'; headrace run takes --brokers/],
  ['run a.ts --until tomorrow', /--until is "tomorrow", it has to be one of end/],
  ['run a.ts --commit-ms 0', /--commit-ms is "0"; allowed: a whole number from 1/],
  ['log cat x --limit -1', /--limit/],
  ['errors HR_TOPIC', /similar are HR_TOPIC_EXISTS/],
]

for (const [args, message] of misused) {
  test(`exit 2 and a reason: headrace ${args}`, async t => {
    const { code, err } = await new CliFolder(t).run(args)
    assert.equal(code, 2)
    assert.match(err, /^HR_USAGE: /)
    assert.match(err, message)
  })
}

test('errors lists the catalogue and explains a code, the prefix left out or not', async t => {
  const folder = new CliFolder(t)
  const all = (await folder.run('errors --json')).json<{ code: string }>()
  assert.deepEqual(
    all.map(({ code }) => code),
    Object.keys(errorCatalog),
  )
  for (const name of ['HR_DISK_FULL', 'disk_full']) {
    const { out } = await folder.run(`errors ${name}`)
    assert.ok(out.includes(errorCatalog.HR_DISK_FULL.advice))
  }
})
