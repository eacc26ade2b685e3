import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { describe, test } from 'node:test'
import { KAFKA, kafkaError, refused } from '../../../../connectors/kafka/protocol/kafka-errors.ts'

interface Theirs {
  readonly type: string
  readonly code: number
}

/** kafkajs's own table, which ends at 88. */
const { errorCodes } = createRequire(import.meta.url)('kafkajs/src/protocol/error.js') as {
  errorCodes: readonly Theirs[]
}

/** Renamed by Kafka since, or named otherwise by kafkajs. */
const renamed: Readonly<Record<string, string>> = {
  UNKNOWN: 'UNKNOWN_SERVER_ERROR',
  NOT_LEADER_FOR_PARTITION: 'NOT_LEADER_OR_FOLLOWER',
  GROUP_LOAD_IN_PROGRESS: 'COORDINATOR_LOAD_IN_PROGRESS',
  GROUP_COORDINATOR_NOT_AVAILABLE: 'COORDINATOR_NOT_AVAILABLE',
  NOT_COORDINATOR_FOR_GROUP: 'NOT_COORDINATOR',
}

describe("Kafka's error codes", () => {
  test('are those that kafkajs knows', () => {
    assert.ok(errorCodes.length > 70)
    const theirs = errorCodes.map(({ type, code }) => [code, renamed[type] ?? type])
    assert.deepEqual(
      theirs.map(([code]) => [code, kafkaError(Number(code)).name]),
      theirs,
    )
  })

  test('say whether the same may work again, and whether to look elsewhere', () => {
    const of = (code: number) => kafkaError(code)
    const moved = { name: 'NOT_COORDINATOR', retriable: true, staleMetadata: true }
    assert.deepEqual(of(KAFKA.NOT_COORDINATOR), moved)
    const busy = { name: 'CONCURRENT_TRANSACTIONS', retriable: true, staleMetadata: false }
    assert.deepEqual(of(KAFKA.CONCURRENT_TRANSACTIONS), busy)
    const fenced = { name: 'INVALID_PRODUCER_EPOCH', retriable: false, staleMetadata: false }
    assert.deepEqual(of(KAFKA.INVALID_PRODUCER_EPOCH), fenced)
    assert.deepEqual(of(9999), { name: 'error 9999', retriable: false, staleMetadata: false })
  })

  test('that end the matter become coded errors', () => {
    const rights = refused('Fetch', KAFKA.TOPIC_AUTHORIZATION_FAILED, { topic: 'orders' })
    assert.equal(
      rights.message,
      'HR_KAFKA_AUTH: the broker refuses Fetch: TOPIC_AUTHORIZATION_FAILED (topic orders)',
    )
    const large = refused('Produce', KAFKA.MESSAGE_TOO_LARGE, {}, 'beyond 1 MB')
    assert.equal(
      large.message,
      'HR_KAFKA_REFUSED: the broker refuses Produce: MESSAGE_TOO_LARGE (beyond 1 MB)',
    )
  })
})
