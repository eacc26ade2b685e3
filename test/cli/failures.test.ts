import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { CliResult } from '../support/cli.ts'
import { CliFolder, sumJob } from '../support/cli.ts'

/** Code, what, where, advice; no stack. */
function assertReadable({ err }: CliResult, code: string, ...parts: RegExp[]): void {
  assert.ok(err.startsWith(`${code}: `), err)
  for (const part of parts) assert.match(err, part)
  assert.doesNotMatch(err, /node:internal|\n {4}at /)
  assert.ok(err.trim().split('\n').length <= 3, err)
}

const unloadable: readonly (readonly [file: string, text: string, what: RegExp])[] = [
  ['syntax.ts', 'export default job(,', /it cannot be loaded: SyntaxError[\s\S]*at syntax.ts:1\n/],
  ['enum.ts', 'enum Kind { A }\nexport default Kind', /enum is not supported[\s\S]*at enum.ts:1\n/],
  ['import.ts', "import { x } from './missing.ts'\nexport default x", /Cannot find module/],
  ['throws.ts', '\nthrow new Error("no luck")\n', /Error: no luck[\s\S]*at throws.ts:2:7\n/],
  ['named.ts', 'export const job = 1', /no default export, which would be a job: it exports only job/],
  ['object.ts', 'export default { name: "x" }', /its default export is not what job\(\) returns/],
]

for (const [file, text, what] of unloadable) {
  test(`a file that is no job is one readable message: ${file}`, async t => {
    const folder = new CliFolder(t)
    folder.write(file, text)
    const result = await folder.run(`run ${file}`)
    assert.equal(result.code, 1)
    assertReadable(result, 'HR_JOB_FILE', what, new RegExp(file))
  })
}

test('a job in a package of CommonJS modules is told what to do', async t => {
  const folder = new CliFolder(t)
  folder.write('package.json', '{ "type": "commonjs" }')
  folder.write('my-job.ts', "import { job } from 'headrace'\nexport default job('x', () => {})")
  assertReadable(await folder.run('run my-job.ts'), 'HR_JOB_FILE', /`npm pkg set type=module`/)
  folder.write('headrace.config.ts', 'export default { commitMs: 100 }')
  assertReadable(await folder.run('run my-job.ts'), 'HR_CONFIG_INVALID', /`npm pkg set type=module`/)
})

test('a missing file is one readable message', async t => {
  const result = await new CliFolder(t).run('run missing.ts')
  assert.equal(result.code, 1)
  assertReadable(result, 'HR_JOB_FILE', /no such file for a job \(file .*missing.ts\)/)
})

test('a mistake in the build function is named with its line', async t => {
  const folder = new CliFolder(t)
  folder.write('build.ts', sumJob('build').replace('events.pipe(', 'evnts.pipe('))
  const result = await folder.run('run build.ts')
  assert.equal(result.code, 1)
  assertReadable(
    result,
    'HR_BUILD_THREW',
    /ReferenceError: evnts is not defined \(job build\)/,
    /at build.ts:10:3\n/,
  )
})

test('a type error at run time is named with its line and its record', async t => {
  const folder = new CliFolder(t)
  folder.write('bad.ts', sumJob('bad', '(row as any).note.length > 0'))
  await folder.run('log append events --partitions 1', { input: '{"ts":1,"user":1,"value":1}\n' })
  const result = await folder.run('run bad.ts --until end')
  assert.equal(result.code, 1)
  assertReadable(
    result,
    'HR_LAMBDA_THREW',
    /step filter-1, topic events, partition 0, offset 0\)/,
    /at bad.ts:11:\d+\n/,
  )
})

test('an unknown topic is exit 78', async t => {
  const folder = new CliFolder(t)
  folder.write('job.ts', sumJob('job'))
  const result = await folder.run('run job.ts --no-create')
  assert.equal(result.code, 78)
  assertReadable(result, 'HR_TOPIC_UNKNOWN', /\(job job, step events, topic events\)/, /headrace topics/)
})

test('a corrupt segment is named with its place', async t => {
  const folder = new CliFolder(t)
  folder.write('job.ts', sumJob('job'))
  await folder.run('log append events --partitions 1', { input: '{"ts":1,"user":1,"value":1}\n' })
  const directory = join(folder.path, '.headrace/log/events/0')
  const segment = join(directory, readdirSync(directory).find(name => name.endsWith('.log')) as string)
  const bytes = readFileSync(segment)
  bytes[bytes.length - 3] ^= 1
  writeFileSync(segment, bytes)
  const result = await folder.run('run job.ts --until end')
  assert.equal(result.code, 1)
  assertReadable(result, 'HR_BATCH_CORRUPT', /checksum/, /topic events, partition 0, offset 0\)/)
})

test('with --json a failure is a JSON line too, with --verbose it has its stack', async t => {
  const folder = new CliFolder(t)
  folder.write('job.ts', sumJob('job'))
  const json = await folder.run('run job.ts --no-create --json')
  const [{ type, code, topic, domain }] = json.json()
  assert.deepEqual(
    { type, code, topic, domain },
    { type: 'error', code: 'HR_TOPIC_UNKNOWN', topic: 'events', domain: 'config' },
  )
  const verbose = await folder.run('run job.ts --no-create --verbose')
  assert.match(verbose.err, /\n {4}at findPartitions/)
})
