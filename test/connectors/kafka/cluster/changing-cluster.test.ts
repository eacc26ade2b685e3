import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { describe, test } from 'node:test'
import { inspect } from 'node:util'
import { Cluster } from '../../../../connectors/kafka/cluster/cluster.ts'
import type { KafkaConnect } from '../../../../connectors/kafka/config.ts'
import { KafkaHome } from '../../../../connectors/kafka/home.ts'
import type { Address } from '../../../../connectors/kafka/net/address.ts'
import { addressText } from '../../../../connectors/kafka/net/address.ts'
import { KAFKA } from '../../../../connectors/kafka/protocol/kafka-errors.ts'
import type { RequestWriter } from '../../../../connectors/kafka/protocol/request-writer.ts'
import type { Answer, FakeBroker } from '../../../support/fake-broker.ts'
import { echo, fakeBroker } from '../../../support/fake-broker.ts'
import { until } from '../../../support/services/until.ts'

/** What the fakes tell of the cluster: change it, and it has changed. */
interface Told {
  brokers: Record<number, Address>
  /** Of the one topic's one partition; -1 is none. */
  leader: number
  controller: number
  /** Of the topic, in the next answers. */
  topicErrors: number[]
  coordinatorErrors: number[]
  sessionMs: number
}

const metadataApi = 3
const findCoordinatorApi = 10
const handshakeApi = 17
const authenticateApi = 36

function answers(told: Told): Answer {
  return ({ api, body }) => {
    if (api === metadataApi) return to => writeMetadata(to, told)
    if (api === findCoordinatorApi) {
      const error = told.coordinatorErrors.shift() ?? 0
      return to =>
        to
          .i32(0)
          .i16(error)
          .text(null)
          .i32(error === 0 ? 1 : -1)
          .text('')
          .i32(-1)
    }
    if (api === handshakeApi) return to => to.i16(0).array(['PLAIN'], name => to.text(name))
    if (api === authenticateApi) return to => to.i16(0).text(null).data(new Uint8Array(0)).i64(told.sessionMs)
    const text = body.toString('utf8', 2)
    return api === 60 ? to => to.text(text) : undefined
  }
}

function writeMetadata(to: RequestWriter, { brokers, leader, controller, topicErrors }: Told): void {
  to.i32(0)
    .array(Object.entries(brokers), ([node, { host, port }]) =>
      to.i32(Number(node)).text(host).i32(port).text(null),
    )
    .text('id')
    .i32(controller)
    .array(['orders'], name => {
      to.i16(topicErrors.shift() ?? 0)
        .text(name)
        .bool(false)
      to.array([leader], node =>
        to
          .i16(node < 0 ? 5 : 0)
          .i32(0)
          .i32(node)
          .i32(0)
          .i32(0),
      )
    })
}

async function start(t: TestContext, options: Partial<KafkaConnect> = {}) {
  const told: Told = {
    brokers: {},
    leader: 1,
    controller: 1,
    topicErrors: [],
    coordinatorErrors: [],
    sessionMs: 0,
  }
  const broker = await fakeBroker(t, answers(told))
  told.brokers = { 1: broker.address }
  const notices: string[] = []
  const config = { brokers: [addressText(broker.address)], ...options }
  const cluster = await Cluster.open(config, ({ message }) => notices.push(message))
  t.after(() => cluster.close())
  return { told, broker, cluster, notices }
}

function askedFor({ asked }: FakeBroker, api: number): number {
  return asked.filter(request => request.api === api).length
}

describe('A cluster that changes', () => {
  test('a leader is remembered until it is forgotten, and those who ask together ask once', async t => {
    const { told, broker, cluster } = await start(t)
    const before = askedFor(broker, metadataApi)
    assert.deepEqual(await Promise.all([cluster.leader('orders', 0), cluster.leader('orders', 0)]), [1, 1])
    told.leader = 7
    assert.equal(await cluster.leader('orders', 0), 1)
    assert.equal(askedFor(broker, metadataApi) - before, 1)
    cluster.forget('orders')
    assert.equal(await cluster.leader('orders', 0), 7)
  })

  test('a partition without a leader is waited for', async t => {
    const { told, broker, cluster } = await start(t)
    told.leader = -1
    const before = askedFor(broker, metadataApi)
    const leader = cluster.leader('orders', 0)
    await until('asking again', () => askedFor(broker, metadataApi) > before + 1)
    told.leader = 3
    assert.equal(await leader, 3)
  })

  test('a topic that has just been there is not gone as one broker has not heard of it', async t => {
    const { told, cluster } = await start(t)
    told.topicErrors = [KAFKA.UNKNOWN_TOPIC_OR_PARTITION]
    assert.equal(await cluster.partitions('orders'), undefined)
    assert.equal(await cluster.partitions('orders'), 1)
    told.topicErrors = [KAFKA.UNKNOWN_TOPIC_OR_PARTITION, KAFKA.UNKNOWN_TOPIC_OR_PARTITION]
    assert.equal(await cluster.partitions('orders'), 1)
    told.topicErrors = Array.from({ length: 10_000 }, () => KAFKA.UNKNOWN_TOPIC_OR_PARTITION)
    assert.equal(await cluster.partitions('orders'), undefined)
  })

  test('a cluster without a controller is waited for', async t => {
    const { told, broker, cluster } = await start(t)
    told.controller = -1
    const before = askedFor(broker, metadataApi)
    const controller = cluster.controller()
    await until('asking again', () => askedFor(broker, metadataApi) > before + 1)
    told.controller = 1
    assert.ok((await controller).isOpen)
  })

  test('coordinators that are not there yet are asked for again, then remembered', async t => {
    const { told, broker, cluster } = await start(t)
    told.coordinatorErrors.push(KAFKA.COORDINATOR_NOT_AVAILABLE, KAFKA.COORDINATOR_LOAD_IN_PROGRESS)
    assert.equal(await cluster.coordinator('group', 'mine'), 1)
    assert.equal(await cluster.coordinator('group', 'mine'), 1)
    assert.equal(askedFor(broker, findCoordinatorApi), 3)
    cluster.forgetCoordinator('group', 'mine')
    await cluster.coordinator('group', 'mine')
    assert.equal(askedFor(broker, findCoordinatorApi), 4)
  })

  test('a coordinator that is refused is asked for anew next time', async t => {
    const { told, cluster } = await start(t)
    told.coordinatorErrors.push(KAFKA.GROUP_AUTHORIZATION_FAILED)
    await assert.rejects(
      cluster.coordinator('group', 'mine'),
      /HR_KAFKA_AUTH: .*group mine: GROUP_AUTHORIZATION/,
    )
    assert.equal(await cluster.coordinator('group', 'mine'), 1)
  })

  test('a connection that the broker ended while it was idle is opened again, without a word', async t => {
    const { broker, cluster, notices } = await start(t)
    const first = await cluster.broker(1, 'data')
    for (const socket of broker.sockets) socket.end()
    while (first.isOpen) await new Promise(setImmediate)
    assert.equal(await (await cluster.broker(1, 'data')).send(echo('back')), 'back')
    assert.deepEqual(notices, [])
  })

  test('a broker is found where it has moved to', async t => {
    const { told, broker, cluster } = await start(t)
    const moved = await fakeBroker(t, answers(told))
    told.brokers = { 1: { host: '127.0.0.1', port: 1 }, 2: broker.address }
    await cluster.topics()
    await assert.rejects(cluster.broker(1, 'data'), /127\.0\.0\.1:1: /)
    told.brokers = { 1: moved.address, 2: broker.address }
    assert.equal(await (await cluster.broker(1, 'data')).send(echo('here')), 'here')
    assert.equal(askedFor(moved, 60), 1)
  })

  test('connections to a broker that has left are closed', async t => {
    const { told, broker, cluster } = await start(t)
    const leaver = await fakeBroker(t, answers(told))
    told.brokers = { 1: broker.address, 2: leaver.address }
    await cluster.topics()
    const connection = await cluster.broker(2, 'fetch')
    told.brokers = { 1: broker.address }
    await cluster.topics()
    assert.equal(connection.isOpen, false)
  })
})

describe('A cluster with SASL', () => {
  const sasl = { mechanism: 'plain', username: 'me', password: 'very-secret' } as const

  test('who prints it sees no password', async t => {
    const { broker, cluster } = await start(t, { sasl })
    const home = await KafkaHome.open({ brokers: [addressText(broker.address)], sasl }, () => {})
    t.after(() => home.close())
    for (const one of [cluster, home]) {
      const shown = inspect(one, { depth: 100, showHidden: true })
      assert.ok(shown.includes('Connection') && !shown.includes('very-secret'))
    }
  })

  test('requests wait while a session is renewed, and keep their order', async t => {
    const { told, broker, cluster } = await start(t, { sasl })
    told.sessionMs = 1100
    const connection = await cluster.broker(1, 'fetch')
    const sent: string[] = []
    const got: Promise<string>[] = []
    for (const end = performance.now() + 1200; performance.now() < end; ) {
      for (let k = 0; k < 5; k++) {
        sent.push(`${sent.length}`)
        got.push(connection.send(echo(sent.at(-1)!)))
        await null
      }
      await new Promise(setImmediate)
    }
    assert.deepEqual(await Promise.all(got), sent)
    const texts = broker.asked.filter(({ api }) => api === 60).map(({ body }) => body.toString('utf8', 2))
    assert.deepEqual(texts, sent)
    assert.equal(askedFor(broker, handshakeApi), 3, 'two connections, one renewal')
    const between = broker.asked.map(({ api }) => api).join(' ')
    assert.match(between, /60 17 36 60/)
  })
})
