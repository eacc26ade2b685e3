import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { pauseMs, RetriableError, retrying, retryingFor } from '../../../../connectors/kafka/cluster/retry.ts'
import { KafkaDisconnected } from '../../../../connectors/kafka/net/disconnected.ts'
import { KAFKA } from '../../../../connectors/kafka/protocol/kafka-errors.ts'
import { HeadraceError } from '../../../../engine/errors.ts'
import { limits } from '../../../../engine/limits.ts'
import { coded } from '../../../support/kafka-failures.ts'

const gone = () => new KafkaDisconnected('host:1', 'gone')

/** Fails so many times, then gives how often it was called. */
function failing(times: number, error: () => Error): () => Promise<number> {
  let calls = 0
  return async () => {
    if (calls++ < times) throw error()
    return calls
  }
}

function said() {
  const messages: string[] = []
  return { messages, notify: ({ message }: { readonly message: string }) => messages.push(message) }
}

describe('retrying', () => {
  test('goes on over what may pass, in silence while it is short', async () => {
    const { messages, notify } = said()
    assert.equal(await retrying('asking', { notify }, failing(3, gone)), 4)
    const busy = () => new RetriableError('Fetch', KAFKA.NOT_LEADER_OR_FOLLOWER)
    assert.equal(await retrying('asking', { notify }, failing(2, busy)), 3)
    assert.deepEqual(messages, [])
  })

  test('says once that it takes long, and that it works again', async () => {
    const { messages, notify } = said()
    const begun = performance.now()
    const slow = async () => {
      if (performance.now() - begun < 1500) throw gone()
      return 'done'
    }
    assert.equal(await retrying('asking', { notify }, slow), 'done')
    assert.deepEqual(messages, [
      'asking does not work at present and is tried again: host:1: gone',
      'asking works again',
    ])
  })

  test('gives up with the last reason', async () => {
    const { notify } = said()
    const never = retryingFor(50, 'asking', notify, failing(Number.POSITIVE_INFINITY, gone))
    await assert.rejects(never, error => {
      assert.ok(error instanceof HeadraceError && error.cause instanceof KafkaDisconnected)
      return coded('HR_KAFKA_UNREACHABLE', /asking has not worked for 50 ms: host:1: gone/)(error)
    })
  })

  test('what will not pass is not tried again', async () => {
    const { notify } = said()
    for (const error of [new HeadraceError('HR_KAFKA_REFUSED', 'no'), new TypeError('a mistake')]) {
      let calls = 0
      const action = async () => {
        calls += 1
        throw error
      }
      await assert.rejects(retrying('asking', { notify }, action), error)
      assert.equal(calls, 1)
    }
  })

  test('ends when it is no longer wanted, in a pause too', async () => {
    const { notify } = said()
    const reason = new Error('no longer')
    await assert.rejects(retrying('asking', { notify }, failing(0, gone), AbortSignal.abort(reason)), reason)
    const stop = new AbortController()
    const endless = retrying('asking', { notify }, failing(Number.POSITIVE_INFINITY, gone), stop.signal)
    setImmediate(() => stop.abort(reason))
    await assert.rejects(endless, reason)
  })

  test('pauses grow, differ, and have an end', () => {
    for (const attempt of [0, 1, 5, 20, 1000]) {
      const longest = Math.min(limits.kafkaRetryPauseMs, 5 * 2 ** attempt)
      const pauses = Array.from({ length: 50 }, () => pauseMs(attempt))
      assert.ok(pauses.every(pause => pause >= longest / 2 && pause <= longest))
      assert.ok(new Set(pauses).size > 1)
    }
  })
})
