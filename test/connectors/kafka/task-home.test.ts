import assert from 'node:assert/strict'
import { test } from 'node:test'
import { coded } from '../../support/kafka-failures.ts'
import { delta, KafkaJob, restored, snapshot, write } from '../../support/kafka-job.ts'
import { OtherClient } from '../../support/kafkajs-client.ts'
import { javaConsume } from '../../support/services/java-consume.ts'
import { until } from '../../support/services/until.ts'
import { batchOfTexts } from '../../support/text-records.ts'

test('outputs, state, marks and offsets count together, and what was not committed never', async t => {
  const [job, other] = [
    await KafkaJob.start(t, 2),
    await OtherClient.open(t, (await KafkaJob.start(t)).brokers),
  ]
  const home = await job.open()
  assert.deepEqual(restored(home), [])
  await home.append(job.out, 0, batchOfTexts(['a', 'b']))
  await home.append(job.out, 1, batchOfTexts(['c']))
  const mark = { kind: 'tick', positions: [1], time: 5, task: '0-0' } as const
  await home.commit(snapshot('1'), [mark], [job.at(3)])
  await home.append(job.out, 0, batchOfTexts(['lost']))
  await home.close()
  const again = await job.open()
  assert.deepEqual(restored(again), ['snapshot 1'])
  await again.append(job.out, 0, batchOfTexts(['d']))
  await again.commit(delta('2'), [], [job.at(4), job.at(7, 1)])
  await again.append(job.out, 1, batchOfTexts(['open']))

  const judged = await javaConsume(job.brokers, job.out)
  assert.deepEqual(
    judged.map(({ partition, value }) => `${partition} ${value}`),
    ['0 a', '0 b', '0 d', '1 c'],
  )
  const marks = await job.committed(`${job.name}.marks`)
  assert.deepEqual(
    marks.map(text => JSON.parse(text)),
    [[mark]],
  )
  const [told] = await other.admin.fetchOffsets({ groupId: job.name, topics: [job.in] })
  assert.deepEqual(told.partitions.map(({ partition, offset }) => `${partition} ${offset}`).toSorted(), [
    '0 4',
    '1 7',
  ])
})

test('whoever takes a task over has it alone, and finds what was committed until then', async t => {
  const job = await KafkaJob.start(t)
  const first = await job.open()
  await write(job, first, snapshot('1'), 'a')
  const second = await job.open()
  assert.deepEqual(restored(second), ['snapshot 1'])
  const fenced = coded('HR_TASK_FENCED', new RegExp(`another process.*job ${job.name}`))
  await assert.rejects(() => write(job, first, delta('2'), 'zombie'), fenced)
  await assert.rejects(() => write(job, first, delta('2'), 'zombie'), fenced)
  await first.close()
  await write(job, second, delta('2'), 'b')
  assert.deepEqual(await job.committed(), ['a', 'b'])
  assert.deepEqual(restored(await job.open()), ['snapshot 1', 'delta 2'])
})

test('a transaction that is under way when the task is taken over is aborted, and cannot be committed', async t => {
  const job = await KafkaJob.start(t)
  const first = await job.open()
  await write(job, first, snapshot('1'), 'a')
  // Not committed, but with the broker: the transaction is open.
  await first.append(job.out, 0, batchOfTexts(['zombie']))
  const source = await job.reading.source(job.out, 0)
  await until('record of the transaction', async () => (await source.freshEnd('all')) === 3)
  const second = await job.open()
  await write(job, second, delta('2'), 'b')
  await assert.rejects(async () => first.commit(delta('2'), []), coded('HR_TASK_FENCED', /another process/))
  assert.deepEqual(await job.committed(), ['a', 'b'])
  assert.deepEqual(restored(await job.open()), ['snapshot 1', 'delta 2'])
})

test('each task commits for itself', async t => {
  const job = await KafkaJob.start(t, 2)
  const [one, two] = await Promise.all(job.tasks.map(task => job.open({ task })))
  await one.append(job.out, 0, batchOfTexts(['of one']))
  await two.append(job.out, 0, batchOfTexts(['of two']))
  await two.commit(snapshot('two'), [])
  await one.close()
  await two.append(job.out, 0, batchOfTexts(['and more']))
  await two.commit(delta('two and more'), [])
  assert.deepEqual(await job.committed(), ['of two', 'and more'])
  assert.deepEqual(restored(await job.open({ task: job.tasks[0] })), [])
  assert.deepEqual(restored(await job.open({ task: job.tasks[1] })), ['snapshot two', 'delta two and more'])
})

test('what there is no topic or partition for is not taken', async t => {
  const job = await KafkaJob.start(t)
  const home = await job.open({ outputs: [job.out, `${job.out}-missing`] })
  for (const [topic, partition] of [
    [job.out, 1],
    [job.in, 0],
    [`${job.out}-missing`, 0],
  ] as const) {
    assert.throws(
      () => home.append(topic, partition, batchOfTexts(['a'])),
      coded('HR_TOPIC_UNKNOWN', /no partition/),
    )
  }
  await write(job, home, snapshot('1'), 'a')
  assert.deepEqual(await job.committed(), ['a'])
})

test('a batch that the topic does not take ends the task, and nothing of the commit is seen', async t => {
  const job = await KafkaJob.start(t)
  const small = `${job.out}-small`
  await job.topic(small, 1, { 'max.message.bytes': '1000' })
  const home = await job.open({ outputs: [job.out, small] })
  await home.append(job.out, 0, batchOfTexts(['a']))
  await home.append(small, 0, batchOfTexts(['x'.repeat(2000)]))
  const tooLarge = coded('HR_MESSAGE_TOO_LARGE', new RegExp(`max\\.message\\.bytes.*topic ${small}`))
  await assert.rejects(async () => home.commit(snapshot('1'), []), tooLarge)
  await home.close()
  assert.deepEqual(await job.committed(), [])
  assert.deepEqual(restored(await job.open()), [])
})

test("compressed by any codec, Java's consumer and ours read the same", async t => {
  const job = await KafkaJob.start(t)
  const texts: string[] = []
  for (const compression of ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const) {
    const home = await job.open({ compression })
    const more = Array.from({ length: 500 }, (_, k) => `${compression} ${k}`)
    await write(job, home, snapshot('1'), ...more)
    texts.push(...more)
  }
  assert.deepEqual(await job.committed(), texts)
  const judged = await javaConsume(job.brokers, job.out)
  assert.deepEqual(
    judged.map(({ value }) => String(value)),
    texts,
  )
})

test('a home that is closed takes nothing more, and may be closed again', async t => {
  const job = await KafkaJob.start(t)
  const home = await job.open()
  await home.close()
  await home.close()
  assert.throws(() => home.append(job.out, 0, batchOfTexts(['a'])), coded('HR_STATE_FAILED', /closed/))
  await assert.rejects(async () => home.commit(delta('1'), []), coded('HR_STATE_FAILED', /closed/))
})
