import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { describe, test } from 'node:test'
import { Connection } from '../../../../connectors/kafka/net/connection.ts'
import { limits, setLimits } from '../../../../engine/limits.ts'
import type { Answer } from '../../../support/fake-broker.ts'
import { echo, fakeBroker, versions } from '../../../support/fake-broker.ts'
import { coded, disconnected } from '../../../support/kafka-failures.ts'

describe('Opening a connection', () => {
  async function refusal(
    t: TestContext,
    answer: Answer,
    matches: (error: unknown) => boolean,
  ): Promise<void> {
    const { address } = await fakeBroker(t, answer)
    await assert.rejects(Connection.open(address, { brokers: [] }), matches)
  }

  function saying(text: string): Answer {
    return ({ socket }) => {
      socket.end(text, 'latin1')
      return 'silence'
    }
  }

  test('an HTTP server', t =>
    refusal(
      t,
      saying('HTTP/1.1 400 Bad Request\r\n\r\n'),
      coded('HR_KAFKA_PROTOCOL', /127\.0\.0\.1:\d+: an HTTP server answers/),
    ))

  test('a TLS server that says so', t =>
    refusal(t, saying('\x15\x03\x01\x00\x02\x02\x46'), coded('HR_KAFKA_PROTOCOL', /expects TLS/)))

  test('a server that hangs up', t => refusal(t, saying(''), disconnected(/does it expect TLS\?/)))

  test('a broker that hangs up after its greeting', async t => {
    const broker = await fakeBroker(t, ({ api, socket }) => {
      if (api === 60) socket.end()
      return undefined
    })
    const connection = await Connection.open(broker.address, { brokers: [] })
    t.after(() => connection.close())
    await assert.rejects(connection.send(echo('a')), disconnected(/does it expect SASL\?/))
  })

  test('a greeting that cannot be read', t =>
    refusal(t, () => () => {}, coded('HR_KAFKA_PROTOCOL', /cannot be read/)))

  test('a broker that does not greet, nor agree on TLS', async t => {
    const { kafkaConnectMs } = limits
    t.after(() => setLimits({ kafkaConnectMs }))
    setLimits({ kafkaConnectMs: 30 })
    const { address } = await fakeBroker(t, () => 'silence')
    const clear = Connection.open(address, { brokers: [] })
    await assert.rejects(clear, disconnected(/no answer to ApiVersions within 30 ms/))
    const secret = Connection.open(address, { brokers: [], tls: true })
    await assert.rejects(secret, disconnected(/no connection within 30 ms/))
  })

  test('a port that nobody listens at', async () => {
    const nobody = Connection.open({ host: '127.0.0.1', port: 1 }, { brokers: [] })
    await assert.rejects(nobody, disconnected(/127\.0\.0\.1:1: .*ECONNREFUSED/))
  })

  test('a broker that refuses to greet', t =>
    refusal(
      t,
      () => to => to.i16(35).i32(0),
      coded('HR_KAFKA_REFUSED', /ApiVersions at 127.*UNSUPPORTED_VERSION/),
    ))

  test('a broker without the version that we need, or without the request', async t => {
    const broker = await fakeBroker(t, ({ api }) => (api === 18 ? versions({ 60: [4, 9] }) : undefined))
    const connection = await Connection.open(broker.address, { brokers: [] })
    t.after(() => connection.close())
    const tooOld = /we need Echo in version 3, and the broker has versions 4 to 9/
    await assert.rejects(connection.send(echo('a')), coded('HR_KAFKA_PROTOCOL', tooOld))
    const unknown = connection.send({ ...echo('a'), api: 61, name: 'Other' })
    await assert.rejects(unknown, coded('HR_KAFKA_PROTOCOL', /we need Other .* does not know it/))
    assert.equal(connection.isOpen, true)
  })
})
