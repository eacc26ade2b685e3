import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { root } from '../source-tree.ts'

test('without a server the suite says at its end which files did not run, and why', () => {
  const { status, stdout } = runWithoutKafka({})
  assert.equal(status, 0)
  assert.match(
    stdout,
    /! test\/support\/services\/kafka.test.ts did not run: it needs Kafka: .*no Java.*no Docker\nℹ/,
  )
  assert.match(stdout, /ℹ pass 0\nℹ fail 0\n.*\nℹ skipped 1\n/)
})

test('with CI=true it is a failure', () => {
  const { status, stdout } = runWithoutKafka({ CI: 'true' })
  assert.equal(status, 1)
  assert.match(stdout, /ℹ fail 1\n.*did not run: it needs Kafka.*there is no Java/s)
})

/** Runs a file that needs Kafka, as `npm run test:run` does, where no program of the machine's is found. */
function runWithoutKafka(environment: NodeJS.ProcessEnv): { status: number | null; stdout: string } {
  const setup = ['--test-global-setup', 'test/support/services/global-setup.ts']
  const reporter = ['--test-reporter', './test/support/reporter.ts']
  const file = 'test/support/services/kafka.test.ts'
  return spawnSync(process.execPath, ['--test', ...setup, ...reporter, file], {
    cwd: root,
    env: { PATH: '/nowhere', ...environment },
    encoding: 'utf8',
  })
}
