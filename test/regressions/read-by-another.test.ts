import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KafkaHome } from '../../connectors/kafka/home.ts'
import { RecordFeed } from '../../engine/io/record-feed.ts'
import { coded } from '../support/kafka-failures.ts'
import { readOn } from '../support/kafka-reading.ts'
import { OtherClient } from '../support/kafkajs-client.ts'
import { kafka, uniqueName } from '../support/services/kafka.ts'

const { brokers } = await kafka()

// A process that woke after its tasks had moved ended because of what their new owner had read and deleted.
test('records of a repartition that another has read and deleted tell a task that it is fenced', async t => {
  const other = await OtherClient.open(t, brokers)
  const home = await KafkaHome.open({ brokers }, () => {})
  t.after(() => home.close())
  const topic = `${uniqueName('stages')}.repartition`
  await home.createTopic(topic, 1, 'repartition')
  await other.write(topic, 0, ['a', 'b', 'c', 'd'])
  await other.deleteBefore(topic, 0, 3)
  const feed = new RecordFeed(await home.openSource(topic, 0), topic, 0)
  feed.seek(1)
  await assert.rejects(
    readOn(feed),
    coded('HR_TASK_FENCED', /offset 1 are not there, the log begins at 3 now/),
  )
})
