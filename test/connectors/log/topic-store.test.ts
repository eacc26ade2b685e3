import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { PartitionWriter } from '../../../connectors/log/partition-writer.ts'
import {
  createTopic,
  describeTopic,
  listTopics,
  partitionDirectory,
} from '../../../connectors/log/topic-store.ts'
import { codedError, partitionFor } from '../../support/log-partition.ts'

test('a topic is created whole, listed, described, and its partitions can be written', t => {
  const data = partitionFor(t)
  assert.deepEqual(listTopics(data), [])
  const meta = createTopic(data, 'clicks.v1', { partitions: 2, retentionMs: 1000 }, 42)
  assert.deepEqual(meta, {
    formatVersion: 1,
    partitions: 2,
    segmentBytes: 256 << 20,
    retentionMs: 1000,
    retentionBytes: -1,
    createdMs: 42,
  })
  createTopic(data, '..a_b-c')
  assert.deepEqual(listTopics(data), ['..a_b-c', 'clicks.v1'])
  assert.deepEqual(describeTopic(data, 'clicks.v1'), meta)
  PartitionWriter.open(partitionDirectory(data, 'clicks.v1', 1)).close()
  codedError(() => PartitionWriter.open(partitionDirectory(data, 'clicks.v1', 2)), 'HR_LOG_MISSING')
})

test('names that Kafka would not take are refused', t => {
  const data = partitionFor(t)
  for (const name of ['', '.', '..', 'a/b', '../x', 'a b', 'ä', 'a\n', 'x'.repeat(250)]) {
    codedError(() => createTopic(data, name), 'HR_TOPIC_NAME')
    codedError(() => describeTopic(data, name), 'HR_TOPIC_NAME')
  }
  createTopic(data, 'x'.repeat(249))
})

test('a topic that is there, one that is not, and options out of range are coded errors', t => {
  const data = partitionFor(t)
  createTopic(data, 'clicks', { partitions: 2 })
  codedError(() => createTopic(data, 'clicks', { partitions: 7 }), 'HR_TOPIC_EXISTS')
  assert.equal(describeTopic(data, 'clicks').partitions, 2)
  codedError(() => describeTopic(data, 'click'), 'HR_TOPIC_UNKNOWN')
  for (const options of [{ partitions: 0 }, { partitions: 1.5 }, { segmentBytes: 0 }, { retentionMs: -2 }]) {
    codedError(() => createTopic(data, 'other', options), 'HR_CONFIG_INVALID')
  }
  assert.deepEqual(fs.readdirSync(path.join(data, 'log')), ['clicks'])
})

test('a damaged description is an error that names the file', t => {
  const data = partitionFor(t)
  createTopic(data, 'clicks')
  const file = path.join(data, 'log', 'clicks', 'meta.json')
  for (const text of ['', '{', '{"formatVersion":2}', '{"formatVersion":1,"partitions":"two"}', 'null']) {
    fs.writeFileSync(file, text)
    assert.equal(codedError(() => describeTopic(data, 'clicks'), 'HR_LOG_CORRUPT').place.file, file)
  }
})
