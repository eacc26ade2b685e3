import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CliFolder } from '../support/cli.ts'
import { kafka } from '../support/services/kafka.ts'

const { saslTls, mutualTls, ca, client, user } = await kafka({ secure: true })

test('TLS and SASL through the configuration and the environment; no output has a secret', async t => {
  const folder = new CliFolder(t)
  folder.write('ca.pem', ca)
  folder.write(
    'headrace.config.ts',
    `export default {
      brokers: ${JSON.stringify(saslTls)},
      tls: { ca: 'ca.pem' },
      sasl: { mechanism: 'scram-sha-256', username: '${user.username}' },
    }`,
  )
  const right = await folder.run('topics --json', { env: { HEADRACE_SASL_PASSWORD: user.password } })
  assert.equal(right.code, 0, right.err)
  folder.write('job.ts', "export { default } from '@/jobs/clickstream.ts'")
  const wrong = 'not the password'
  const commands = [
    'topics --verbose',
    'lag clickstream --json',
    'check job.ts --json',
    'check job.ts --verbose',
  ]
  for (const args of commands) {
    const { code, out, err } = await folder.run(args, { env: { HEADRACE_SASL_PASSWORD: wrong } })
    assert.equal(code, 78, args)
    assert.match(out + err, /HR_KAFKA_AUTH/)
    assert.ok(!(out + err).includes(wrong), out + err)
  }
})

test('a certificate of our own', async t => {
  const folder = new CliFolder(t)
  folder.write('ca.pem', ca)
  folder.write('client.pem', client.cert)
  folder.write('client.key', client.key)
  const env = {
    HEADRACE_BROKERS: mutualTls.join(','),
    HEADRACE_TLS_CA: 'ca.pem',
    HEADRACE_TLS_CERT: 'client.pem',
    HEADRACE_TLS_KEY: 'client.key',
  }
  const { code, err } = await folder.run('topics', { env })
  assert.equal(code, 0, err)
})
