import assert from 'node:assert/strict'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { test } from 'node:test'
import { logList } from '../../cli/commands/topics.ts'
import { loadDeployment } from '../../cli/config.ts'
import { Flags } from '../../cli/flags.ts'
import { kafkaOptions } from '../../cli/home.ts'
import type { KafkaHomeOptions } from '../../connectors/kafka/config.ts'
import { CliFolder } from '../support/cli.ts'

type Env = Readonly<Record<string, string>>

async function load(
  folder: CliFolder,
  args: readonly string[],
  env: Env,
): Promise<KafkaHomeOptions | undefined> {
  const io = { in: Readable.from([]), out: new PassThrough(), err: new PassThrough(), env, cwd: folder.path }
  return kafkaOptions(await loadDeployment(Flags.parse(logList, args), io))
}

const plain = {
  tls: false,
  guarantee: 'exactly-once',
  startFrom: 'earliest',
  onLostPosition: 'fail',
  compression: 'none',
  sessionTimeoutMs: 45_000,
  transactionTimeoutMs: 60_000,
}

test('without brokers there is no Kafka, and --data means the embedded log whatever brokers there are', async t => {
  const folder = new CliFolder(t)
  assert.equal(await load(folder, [], {}), undefined)
  const env = { HEADRACE_BROKERS: 'a:9092, [::1]:9093' }
  assert.deepEqual(await load(folder, [], env), { ...plain, brokers: ['a:9092', '[::1]:9093'] })
  assert.deepEqual(await load(folder, ['--brokers', 'b:1'], env), { ...plain, brokers: ['b:1'] })
  assert.equal(await load(folder, ['--data', 'here'], env), undefined)
  await assert.rejects(load(folder, ['--data', 'here', '--brokers', 'b:1'], env), { code: 'HR_USAGE' })
})

test('objects of the file and single variables of the environment come together', async t => {
  const folder = new CliFolder(t)
  folder.write('deploy/ca.pem', '-----BEGIN CERTIFICATE-----\n')
  folder.write(
    'deploy/my.config.ts',
    `export default {
      brokers: ['a:9092', 'b:9092'],
      tls: { ca: 'ca.pem' },
      sasl: { mechanism: 'scram-sha-512', username: 'me' },
      guarantee: 'at-least-once',
      startFrom: '2026-01-31T12:00:00Z',
      onLostPosition: 'latest',
      compression: 'zstd',
      createTopics: { partitions: 6, config: { 'retention.ms': 1000 } },
      replicationFactor: 3,
      groupInstanceId: 'engine-0',
      sessionTimeoutMs: 10_000,
      transactionTimeoutMs: 20_000,
    }`,
  )
  const env = { HEADRACE_SASL_PASSWORD: 'pw', HEADRACE_COMPRESSION: 'lz4' }
  assert.deepEqual(await load(folder, ['--config', 'deploy/my.config.ts'], env), {
    brokers: ['a:9092', 'b:9092'],
    tls: { ca: '-----BEGIN CERTIFICATE-----\n' },
    sasl: { mechanism: 'scram-sha-512', username: 'me', password: 'pw' },
    guarantee: 'at-least-once',
    startFrom: Date.UTC(2026, 0, 31, 12),
    onLostPosition: 'latest',
    compression: 'lz4',
    createTopics: { partitions: 6, config: { 'retention.ms': '1000' } },
    replicationFactor: 3,
    groupInstanceId: 'engine-0',
    sessionTimeoutMs: 10_000,
    transactionTimeoutMs: 20_000,
  })
})

test('what can be on without more is on by one word', async t => {
  const folder = new CliFolder(t)
  folder.write('headrace.config.ts', "export default { brokers: 'a:1', tls: true, createTopics: true }")
  const { tls, createTopics } = (await load(folder, [], {})) ?? {}
  assert.deepEqual([tls, createTopics], [true, {}])
  const off = await load(folder, [], { HEADRACE_TLS: 'false', HEADRACE_CREATE_TOPICS: 'false' })
  assert.deepEqual([off?.tls, off?.createTopics], [false, undefined])
})

test('oauthbearer takes a token, or a client at an endpoint', async t => {
  const folder = new CliFolder(t)
  const env = { HEADRACE_BROKERS: 'a:1', HEADRACE_SASL_MECHANISM: 'oauthbearer' }
  const token = await load(folder, [], { ...env, HEADRACE_SASL_TOKEN: 't' })
  assert.deepEqual(token?.sasl, { mechanism: 'oauthbearer', token: 't' })
  const client = await load(folder, [], {
    ...env,
    HEADRACE_SASL_TOKEN_ENDPOINT: 'https://idp/token',
    HEADRACE_SASL_CLIENT_ID: 'id',
    HEADRACE_SASL_CLIENT_SECRET: 'secret',
    HEADRACE_SASL_SCOPE: 'kafka',
  })
  assert.deepEqual(client?.sasl, {
    mechanism: 'oauthbearer',
    tokenEndpoint: 'https://idp/token',
    clientId: 'id',
    clientSecret: 'secret',
    scope: 'kafka',
  })
})

/** No message may have this word in it. */
const secret = 'hunter2'

const wrong: readonly (readonly [config: string, message: RegExp])[] = [
  ["brokers: 'kafka'", /brokers in the configuration is "kafka"; allowed: 'host:port'/],
  ["brokers: ['a:99999']", /allowed: 'host:port'/],
  ['brokers: []', /allowed: 'host:port'/],
  [`brokers: 'me:${secret}@a:9092'`, /is "\*\*\*@a:9092"; allowed/],
  ["brokers: 'a:1', tls: 'yes'", /tls in the configuration is "yes"; allowed: true, false/],
  [
    "brokers: 'a:1', tls: { certificate: 'x' }",
    /tls in bad.config.ts has no setting "certificate"; there are: ca, cert/,
  ],
  ["brokers: 'a:1', tls: { ca: 'none.pem' }", /tls.ca \(HEADRACE_TLS_CA\) names a file that cannot be read/],
  ["brokers: 'a:1', tls: { ca: 'bad.config.ts' }", /which is no PEM file/],
  ["brokers: 'a:1', tls: { cert: 'x' }", /of tls.cert .* and tls.key .* only one is given/],
  [`brokers: 'a:1', tls: { passphrase: '${secret}' }`, /tls.passphrase .* is given, but tls.key .* is not/],
  [
    `brokers: 'a:1', tls: { passphrase: ['${secret}'] }`,
    /tls.passphrase in the configuration is not what it may be/,
  ],
  [
    `brokers: 'a:1', sasl: 'plain:me:${secret}'`,
    /sasl in bad.config.ts has to give an object with some of: mechanism/,
  ],
  [`brokers: 'a:1', sasl: { mechanism: 'ldap' }`, /is "ldap"; allowed: 'plain', 'scram-sha-256'/],
  [
    `brokers: 'a:1', sasl: { password: '${secret}' }`,
    /sasl.password .* is given, but sasl.mechanism .* is not; allowed/,
  ],
  [`brokers: 'a:1', sasl: { mechanism: 'plain', password: '${secret}' }`, /sasl.username is missing/],
  [
    "brokers: 'a:1', sasl: { mechanism: 'plain' }",
    /needs sasl.username .* and sasl.password .*: none of it is given/,
  ],
  [
    `brokers: 'a:1', sasl: { mechanism: 'plain', username: 'me', password: { ${secret}: 1 } }`,
    /sasl.password in the configuration is not what/,
  ],
  [
    `brokers: 'a:1', sasl: { mechanism: 'plain', username: 'me', password: '${secret}', token: 'x' }`,
    /sasl.token .* has no place beside sasl.username, sasl.password/,
  ],
  [
    "brokers: 'a:1', sasl: { mechanism: 'oauthbearer', tokenEndpoint: 'ftp://x' }",
    /allowed: an address that begins with https/,
  ],
  [
    "brokers: 'a:1', sasl: { mechanism: 'oauthbearer', token: 'x', scope: 'y' }",
    /sasl.scope .* has no place beside sasl.token/,
  ],
  [
    "sasl: { mechanism: 'plain', username: 'me', password: 'x' }",
    /sasl.mechanism is given, but brokers .* is not/,
  ],
  ['tls: true', /tls is given, but brokers .* is not/],
  ["brokers: 'a:1', guarantee: 'twice'", /allowed: 'exactly-once', 'at-least-once'/],
  ["brokers: 'a:1', startFrom: 'yesterday'", /allowed: 'earliest', 'latest', a time/],
  ["brokers: 'a:1', onLostPosition: 'guess'", /allowed: 'fail', 'earliest', 'latest'/],
  [
    "brokers: 'a:1', createTopics: { config: ['x'] }",
    /createTopics.config in the configuration is \["x"\]; allowed: an object/,
  ],
  [
    "brokers: 'a:1', createTopics: { retention: 1 }",
    /createTopics in bad.config.ts has no setting "retention"; there are: partitions, config/,
  ],
  ["brokers: 'a:1', replicationFactor: 0", /allowed: a whole number from 1/],
  [
    "brokers: 'a:1', commitMs: 60_000, transactionTimeoutMs: 60_000",
    /transactionTimeoutMs .* is 60000, which is not more than commitMs/,
  ],
]

for (const [config, message] of wrong) {
  test(`a mistake fails at start, names the key and shows no secret: ${config}`, async t => {
    const folder = new CliFolder(t)
    folder.write('bad.config.ts', `export default { ${config} }`)
    for (const args of ['log ls --config bad.config.ts', 'log ls --config bad.config.ts --json --verbose']) {
      const { code, err, out } = await folder.run(args)
      assert.equal(code, 78)
      assert.match(err, /^HR_CONFIG_INVALID: /)
      assert.match(err, message)
      assert.ok(!(err + out).includes(secret), err + out)
    }
  })
}

test('a switch that is off contradicts what belongs to it', async t => {
  const folder = new CliFolder(t)
  const env = { HEADRACE_BROKERS: 'a:1', HEADRACE_TLS: 'false', HEADRACE_TLS_CA: 'ca.pem' }
  const { code, err } = await folder.run('log ls', { env })
  assert.equal(code, 78)
  assert.match(err, /tls.ca \(HEADRACE_TLS_CA\) is given, but tls \(HEADRACE_TLS\) is false/)
})

test('paths of the environment are meant from where one stands', async t => {
  const folder = new CliFolder(t)
  const { err } = await folder.run('log ls', { env: { HEADRACE_BROKERS: 'a:1', HEADRACE_TLS_CA: 'ca.pem' } })
  assert.ok(err.includes(join(folder.path, 'ca.pem')), err)
})
