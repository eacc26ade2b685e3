import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { Fetchers } from '../../../../connectors/kafka/source/fetchers.ts'
import { readState } from '../../../../connectors/kafka/state/read-state.ts'
import { chunkBatches } from '../../../../connectors/kafka/state/state-chunk.ts'
import { limits, setLimits } from '../../../../engine/limits.ts'
import { FakeKafka, FakePartition } from '../../../support/fake-kafka.ts'
import { coded } from '../../../support/kafka-failures.ts'

const { kafkaRetryMs, stateReads } = limits
afterEach(() => setLimits({ kafkaRetryMs, stateReads }))

/** Checkpoints of one writer, each after the one before, a record each: as `snapshot` or `delta`. */
function stateLog(...kinds: ('snapshot' | 'delta')[]): FakePartition {
  const log = new FakePartition()
  for (const [number, kind] of kinds.entries()) {
    const after = number === 0 ? null : `a:${number - 1}`
    const record = { kind, payload: Buffer.from(`${number}`) }
    for (const batch of chunkBatches(record, { writer: 'a', number, after }, 1000)) log.appendBatch(batch, 1)
  }
  return log
}

/** Reads the state of one task, where something happens to its log before each fetch. */
async function read(log: FakePartition, happen: (kafka: FakeKafka) => void = () => {}): Promise<string[]> {
  const kafka = new FakeKafka(0)
  const partitions = kafka.partitions as FakePartition[]
  partitions.push(log)
  const broker = kafka.broker.bind(kafka)
  kafka.broker = async node => {
    const connection = await broker(node)
    return {
      ...connection,
      sendKeeping: request => {
        happen(kafka)
        return connection.sendKeeping(request)
      },
    }
  }
  const fetchers = new Fetchers(kafka)
  try {
    const { records } = await readState(fetchers, { topic: 'in', partition: 0 }, 'all')
    return records.map(({ kind, payload }) => `${kind} ${Buffer.from(payload)}`)
  } finally {
    fetchers.close()
  }
}

test('what an earlier owner deletes while the state is read is not missed', async () => {
  const log = stateLog('snapshot', 'delta', 'snapshot', 'delta')
  const found = await read(log, () => {
    log.start = 2
  })
  assert.deepEqual(found, ['snapshot 2', 'delta 3'])
})

test('a log that begins elsewhere each time is an error at last', async () => {
  setLimits({ stateReads: 3 })
  const log = stateLog('snapshot', 'snapshot', 'snapshot', 'snapshot')
  const moving = read(log, () => {
    log.start++
  })
  await assert.rejects(moving, coded('HR_POSITION_LOST', /the log begins at 3 now/))
})

test('a log that was longer is not waited for without end: it is read as it is', async () => {
  setLimits({ kafkaRetryMs: 50 })
  const found = await read(stateLog('snapshot', 'delta'), kafka => {
    const partitions = kafka.partitions as FakePartition[]
    partitions[0] = stateLog('snapshot')
  })
  assert.deepEqual(found, ['snapshot 0'])
})

test('state whose beginning others have deleted is damaged, not none', async () => {
  const missing = coded('HR_STATE_CORRUPT', /were deleted by another.*topic in, partition 0/)
  const deltas = stateLog('snapshot', 'delta', 'delta')
  deltas.start = 1
  await assert.rejects(read(deltas), missing)
  const large = new FakePartition()
  const payload = new Uint8Array(limits.stateChunkBytes + 1)
  const identity = { writer: 'a', number: 0, after: null }
  for (const batch of chunkBatches({ kind: 'snapshot', payload }, identity, 1000)) large.appendBatch(batch, 1)
  large.start = 1
  await assert.rejects(read(large), missing)
  deltas.start = 3
  assert.deepEqual(await read(deltas), [])
})
