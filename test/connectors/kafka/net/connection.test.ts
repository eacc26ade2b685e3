import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Connection } from '../../../../connectors/kafka/net/connection.ts'
import type { KafkaRequest } from '../../../../connectors/kafka/protocol/request.ts'
import { limits } from '../../../../engine/limits.ts'
import type { Answer, Asked, FakeBroker } from '../../../support/fake-broker.ts'
import { answerBytes, echo, echoing, fakeBroker } from '../../../support/fake-broker.ts'
import { coded, disconnected } from '../../../support/kafka-failures.ts'
import { assertProperty } from '../../../support/property.ts'

/** Asks for bytes, which it reads in place. */
const bytes: KafkaRequest<Uint8Array> = { ...echo('bytes'), read: from => from.data() }

async function open(t: TestContext, broker: FakeBroker): Promise<Connection> {
  const connection = await Connection.open(broker.address, { brokers: [], clientId: 'me' })
  t.after(() => connection.close())
  return connection
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate)
}

describe('Connection', () => {
  test('headers name the request, its version, its number and who asks', async t => {
    const broker = await fakeBroker(t, echoing)
    const connection = await open(t, broker)
    assert.equal(await connection.send(echo('hello')), 'hello')
    const [greeting, { api, version, clientId, correlation }] = broker.asked
    assert.deepEqual({ api, version, clientId }, { api: 60, version: 3, clientId: 'me' })
    assert.equal(greeting.api, 18)
    assert.equal(correlation, greeting.correlation + 1)
  })

  test('flexible requests have tagged fields in both headers', async t => {
    const broker = await fakeBroker(t, ({ api, body }) =>
      api === 60
        ? to => to.uvarint(1).uvarint(7).uvarint(2).i16(99).text(body.toString('utf8', 3))
        : undefined,
    )
    const connection = await open(t, broker)
    assert.equal(await connection.send(echo('hello', true)), 'hello')
    assert.equal(broker.asked[1].body[0], 0)
  })

  test('pieces of a request arrive as one', async t => {
    const broker = await fakeBroker(t, ({ api, body }) =>
      api === 60 ? to => to.text(body.toString()) : undefined,
    )
    const connection = await open(t, broker)
    const inPieces: KafkaRequest<string> = {
      ...echo(''),
      write(to) {
        to.i8(97).raw(Buffer.from('bc')).i8(100).raw(Buffer.from('e'))
      },
    }
    assert.equal(await connection.send(inPieces), 'abcde')
  })

  test('answers find their requests however the network cuts them', async t => {
    let cuts: number[] = []
    const broker = await fakeBroker(t, asked => {
      if (asked.api === 60) asked.socket.emit('echo', asked)
      return undefined
    })
    const connection = await open(t, broker)
    const [socket] = broker.sockets
    let waiting: Asked[] = []
    socket.on('echo', async (asked: Asked) => {
      waiting.push(asked)
      if (waiting.length < 3) return
      const all = Buffer.concat(
        waiting.map(({ correlation, body }) => answerBytes(correlation, to => to.raw(body))),
      )
      waiting = []
      await writeInCuts(socket, all, cuts)
    })
    const text = fc.oneof(
      { weight: 5, arbitrary: fc.string({ maxLength: 40 }) },
      fc.constant('x'.repeat(30_000)),
    )
    const property = fc.asyncProperty(
      fc.tuple(text, text, text),
      fc.array(fc.nat({ max: 200 }), { maxLength: 6 }),
      async (texts, someCuts) => {
        cuts = someCuts
        assert.deepEqual(await Promise.all(texts.map(each => connection.send(echo(each)))), texts)
      },
    )
    await assertProperty(property)
  })

  test('every single cut of two answers is survived', async t => {
    const waiting: Asked[] = []
    const broker = await fakeBroker(t, asked => {
      if (asked.api === 60) waiting.push(asked)
      return undefined
    })
    const connection = await open(t, broker)
    const [socket] = broker.sockets
    for (let cut = 1, last = 2; cut < last; cut++) {
      const answers = Promise.all([connection.send(echo('ab')), connection.send(echo('cde'))])
      await until(() => waiting.length === 2)
      const both = waiting
        .splice(0)
        .map(({ correlation, body }) => answerBytes(correlation, to => to.raw(body)))
      const all = Buffer.concat(both)
      last = all.length
      await writeInCuts(socket, all, [cut])
      assert.deepEqual(await answers, ['ab', 'cde'])
    }
  })

  test('an answer that is kept stays as it is until its release', async t => {
    let answers = 0
    const broker = await fakeBroker(t, ({ api }) =>
      api === 60 ? to => to.data(Buffer.alloc(100_000, ++answers)) : undefined,
    )
    const connection = await open(t, broker)
    const first = await connection.sendKeeping(bytes)
    const second = await connection.sendKeeping(bytes)
    assert.deepEqual(Buffer.from(first.value), Buffer.alloc(100_000, 1))
    first.release()
    first.release()
    const third = await connection.sendKeeping(bytes)
    const fourth = await connection.sendKeeping(bytes)
    assert.deepEqual(Buffer.from(second.value), Buffer.alloc(100_000, 2))
    assert.deepEqual(Buffer.from(third.value), Buffer.alloc(100_000, 3))
    assert.deepEqual(Buffer.from(fourth.value), Buffer.alloc(100_000, 4))
    assert.equal(third.value.buffer, first.value.buffer, 'the bytes of the first are used again')
  })

  test('an answer that cannot be read fails its request only', async t => {
    const broker = await fakeBroker(t, ({ api, body }) =>
      api === 60 ? to => (body.includes('bad') ? to.i16(500) : to.raw(body)) : undefined,
    )
    const connection = await open(t, broker)
    const bad = connection.send(echo('bad'))
    const good = connection.send(echo('good'))
    await assert.rejects(bad, coded('HR_KAFKA_PROTOCOL', /cannot be read/))
    assert.equal(await good, 'good')
  })
})

describe('A connection ends', () => {
  async function rejection(
    t: TestContext,
    answer: Answer,
    matches: (error: unknown) => boolean,
  ): Promise<void> {
    const broker = await fakeBroker(t, answer)
    const connection = await open(t, broker)
    const first = connection.send(echo('a'), 1000)
    const second = connection.send(echo('b'), 1000)
    await assert.rejects(first, matches)
    await assert.rejects(second, matches)
    assert.equal(connection.isOpen, false)
    await assert.rejects(connection.send(echo('c')), matches)
    await until(() => broker.sockets.size === 0)
  }

  test('with the wrong number on an answer', t =>
    rejection(
      t,
      ({ api, correlation, socket }) => {
        if (api === 60) socket.write(answerBytes(correlation + 1, to => to.text('')))
        return undefined
      },
      coded('HR_KAFKA_PROTOCOL', /127\.0\.0\.1:\d+: answer 2 has come where 1 is due/),
    ))

  test('with an answer that nobody asked for', async t => {
    const broker = await fakeBroker(t)
    const connection = await open(t, broker)
    for (const socket of broker.sockets) socket.write(answerBytes(9, to => to.text('')))
    await until(() => !connection.isOpen)
    await assert.rejects(connection.send(echo('a')), coded('HR_KAFKA_PROTOCOL', /nothing was asked/))
  })

  for (const size of [limits.kafkaResponseBytes + 1, -1, 3]) {
    test(`with an answer of ${size} bytes`, t =>
      rejection(
        t,
        ({ api, socket }) => {
          const head = Buffer.alloc(4)
          head.writeInt32BE(size)
          if (api === 60) socket.write(head)
          return undefined
        },
        coded('HR_KAFKA_PROTOCOL', new RegExp(`an answer of ${size} bytes`)),
      ))
  }

  test('when the broker ends it', t =>
    rejection(
      t,
      ({ api, socket }) => {
        if (api === 60) socket.end()
        return undefined
      },
      disconnected(/the broker has closed the connection/),
    ))

  test('when the network breaks it', t =>
    rejection(
      t,
      ({ api, socket }) => {
        if (api === 60) socket.resetAndDestroy()
        return undefined
      },
      disconnected(/ECONNRESET/),
    ))

  test('when an answer takes too long', async t => {
    const broker = await fakeBroker(t)
    const connection = await open(t, broker)
    const patient = connection.send(echo('a'))
    const hasty = connection.send(echo('b'), 20)
    await assert.rejects(hasty, disconnected(/127\.0\.0\.1:\d+: no answer to Echo within 20 ms/))
    await assert.rejects(patient, disconnected(/no answer/))
    assert.equal(connection.isOpen, false)
  })

  test('but not for an answer that waits in the socket of a busy thread', async t => {
    const broker = await fakeBroker(t, echoing)
    const connection = await open(t, broker)
    const answer = connection.send(echo('a'), 30)
    await until(() => broker.asked.length === 2)
    for (const end = performance.now() + 50; performance.now() < end; );
    assert.equal(await answer, 'a')
  })

  test('when we close it', async t => {
    const connection = await open(t, await fakeBroker(t))
    const answer = connection.send(echo('a'))
    connection.close()
    await assert.rejects(answer, disconnected(/closed by us/))
  })
})

/** So that each part arrives by itself, as far as a loopback socket lets one say so. */
async function writeInCuts(
  socket: NodeJS.WritableStream,
  all: Buffer,
  cuts: readonly number[],
): Promise<void> {
  let at = 0
  for (const cut of [...cuts, all.length].sort((a, b) => a - b)) {
    const part = all.subarray(at, cut)
    at = Math.max(at, cut)
    if (part.length > 0) await new Promise(resolve => socket.write(part, () => setImmediate(resolve)))
  }
}
