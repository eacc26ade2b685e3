import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { inspect } from 'node:util'
import type { KafkaConnect, SaslConfig } from '../../../../connectors/kafka/config.ts'
import { parseAddress } from '../../../../connectors/kafka/net/address.ts'
import { Connection } from '../../../../connectors/kafka/net/connection.ts'
import { metadata } from '../../../../connectors/kafka/protocol/metadata.ts'
import { coded, disconnected } from '../../../support/kafka-failures.ts'
import { kafka } from '../../../support/services/kafka.ts'
import { tokenEndpoint } from '../../../support/token-endpoint.ts'

const secure = await kafka({ secure: true })
const { ca, user } = secure
const tls = { ca }

async function enter(listener: readonly string[], options: Omit<KafkaConnect, 'brokers'>): Promise<string> {
  const connection = await Connection.open(parseAddress(listener[0]), { brokers: listener, ...options })
  try {
    assert.equal((await connection.send(metadata([]))).brokers.length, 1)
    return inspect(connection, { depth: 100, showHidden: true })
  } finally {
    connection.close()
  }
}

function byPassword(
  mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512',
  password = user.password,
): SaslConfig {
  return { mechanism, username: user.username, password }
}

describe('TLS', () => {
  test('lets in who trusts its authority', async () => {
    await enter(secure.tls, { tls })
  })

  test('lets in who shows a certificate, and its key is not printed', async () => {
    const shown = await enter(secure.mutualTls, { tls: { ca, ...secure.client } })
    assert.ok(shown.includes('Connection') && !shown.includes('PRIVATE KEY'))
  })

  test('an authority that we do not know', () =>
    assert.rejects(
      enter(secure.tls, { tls: true }),
      coded('HR_KAFKA_AUTH', /127\.0\.0\.1:\d+: its certificate is not trusted: unable to verify/),
    ))

  test("somebody else's certificate", () =>
    assert.rejects(
      enter(secure.tls, { tls: { ca, servername: 'other.example' } }),
      coded('HR_KAFKA_AUTH', /its certificate is not trusted: .*other\.example/),
    ))

  test('no certificate of ours where one is asked for', () =>
    assert.rejects(
      enter(secure.mutualTls, { tls }),
      coded('HR_KAFKA_AUTH', /127\.0\.0\.1:\d+: the broker refuses our side of TLS: .*alert [a-z ]+$/),
    ))

  test('a key that is none', () =>
    assert.rejects(
      enter(secure.mutualTls, { tls: { ca, ...secure.client, key: 'none' } }),
      coded('HR_CONFIG_INVALID', /tls: ca, cert or key cannot be used/),
    ))

  test('spoken to in the clear', () =>
    assert.rejects(enter(secure.tls, {}), coded('HR_KAFKA_PROTOCOL', /127\.0\.0\.1:\d+: it expects TLS/)))

  test('where there is none', () =>
    assert.rejects(enter(secure.brokers, { tls }), disconnected(/127\.0\.0\.1:\d+: .* before secure TLS/)))
})

describe('SASL', () => {
  for (const mechanism of ['plain', 'scram-sha-256', 'scram-sha-512'] as const) {
    test(`${mechanism} lets in who knows the password, which is not printed`, async () => {
      const shown = await enter(secure.saslTls, { tls, sasl: byPassword(mechanism) })
      assert.ok(shown.includes('Connection') && !shown.includes(user.password))
      await enter(secure.saslPlaintext, { sasl: byPassword(mechanism) })
    })

    test(`${mechanism} with the wrong password`, () =>
      assert.rejects(enter(secure.saslPlaintext, { sasl: byPassword(mechanism, 'wrong') }), error => {
        assert.ok(!inspect(error).includes("'wrong'"))
        return coded('HR_KAFKA_AUTH', /127\.0\.0\.1:\d+: .*SASL_AUTHENTICATION_FAILED/)(error)
      }))
  }

  test('a token', async () => {
    const token = secure.token()
    const shown = await enter(secure.saslTls, { tls, sasl: { mechanism: 'oauthbearer', token } })
    assert.ok(!shown.includes(token))
  })

  test('a token whose time is over', () =>
    assert.rejects(
      enter(secure.saslTls, { tls, sasl: { mechanism: 'oauthbearer', token: secure.token(-60) } }),
      coded('HR_KAFKA_AUTH', /OAUTHBEARER: SASL_AUTHENTICATION_FAILED .*invalid_token/),
    ))

  test('a session is renewed with a new token, on the same connection, before the broker ends it', async t => {
    const issued: string[] = []
    const endpoint = await tokenEndpoint(t, () => {
      issued.push(secure.token(3))
      return { access_token: issued.at(-1), expires_in: 2 }
    })
    const sasl = {
      mechanism: 'oauthbearer',
      clientId: 'me',
      clientSecret: 'secret',
      tokenEndpoint: endpoint.url,
    } as const
    const connection = await Connection.open(parseAddress(secure.saslPlaintext[0]), { brokers: [], sasl })
    t.after(() => connection.close())
    const enough = performance.now() + 3500
    while (performance.now() < enough) {
      const answers = Array.from({ length: 10 }, () => connection.send(metadata([])))
      for (const { brokers } of await Promise.all(answers)) assert.equal(brokers.length, 1)
    }
    assert.ok(issued.length >= 2)
  })

  test('left out where it is asked for', () =>
    assert.rejects(enter(secure.saslPlaintext, {}), disconnected(/does it expect SASL\?/)))

  test('where there is none', () =>
    assert.rejects(
      enter(secure.brokers, { sasl: byPassword('plain') }),
      coded('HR_KAFKA_AUTH', /127\.0\.0\.1:\d+: this listener of the broker takes no SASL/),
    ))
})
