import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { TopicCopies } from '../../backtest/topic-copies.ts'
import { MemoryHome } from '../../connectors/memory/home.ts'
import type { JobHome } from '../../engine/home.ts'
import { assertProperty } from '../support/property.ts'
import { batchOfTexts, readTexts } from '../support/text-records.ts'

/** A home whose commits fail at times, before they are made or after. */
class FailingHome extends MemoryHome {
  faults: ('before' | 'after' | 'none')[] = []

  override async openJob(job: string, outputs: readonly string[]): Promise<JobHome> {
    const inner = await super.openJob(job, outputs)
    return {
      ...inner,
      commit: async (record, marks) => {
        const fault = this.faults.pop() ?? 'none'
        if (fault === 'before') throw new Error('the broker is gone')
        await inner.commit(record, marks)
        if (fault === 'after') throw new Error('the answer is lost')
      },
    }
  }
}

const names = new Map([
  ['out', 'again-out'],
  ['job.dead-letter', 'again-job.dead-letter'],
])

function copiesOf(from: MemoryHome, to: MemoryHome, replay = 'one', mayMix = false): TopicCopies {
  return new TopicCopies({ from, to, job: 'again-job.replay', replay, names, mayMix })
}

async function results(): Promise<MemoryHome> {
  const home = new MemoryHome()
  await home.createTopic('out', 2)
  await home.createTopic('job.dead-letter', 1)
  return home
}

async function textsIn(home: MemoryHome, topic: string): Promise<string[][]> {
  const partitions = (await home.partitions(topic)) ?? 0
  return Promise.all(
    Array.from({ length: partitions }, async (_, k) => readTexts(await home.openSource(topic, k))),
  )
}

test('whatever fails meanwhile, each record is copied once, to the offset that it has', async () => {
  const step = fc.record({
    partition: fc.nat(1),
    texts: fc.array(fc.string({ maxLength: 3 }), { minLength: 1, maxLength: 4 }),
    fault: fc.constantFrom('before', 'after', 'none', 'none'),
  })
  const property = fc.asyncProperty(fc.array(step, { maxLength: 20 }), async steps => {
    const [from, to] = [await results(), new FailingHome()]
    let copies = copiesOf(from, to)
    for (const { partition, texts, fault } of steps) {
      from.partition('out', partition).append(batchOfTexts(texts))
      from.partition('out', partition).publish()
      to.faults = [fault]
      try {
        await copies.advance()
      } catch {
        await copies.close()
        copies = copiesOf(from, to)
      }
    }
    to.faults = []
    await copies.follow(AbortSignal.abort())
    await copies.close()
    assert.deepEqual(await textsIn(to, 'again-out'), await textsIn(from, 'out'))
  })
  await assertProperty(property, 60)
})

test('topics that have the results of another replay are left alone, unless they may be mixed', async () => {
  const [from, to] = [await results(), new MemoryHome()]
  from.partition('out', 0).append(batchOfTexts(['a']))
  from.partition('out', 0).publish()
  await copiesOf(from, to).advance()
  await assert.rejects(copiesOf(from, to, 'two').advance(), { code: 'HR_REPLAY_TARGET' })
  await copiesOf(from, to, 'two', true).advance()
  assert.deepEqual(await textsIn(to, 'again-out'), [['0 a', '1 a'], []])
})

test('nothing is made there before the replay has its topics', async () => {
  const [from, to] = [new MemoryHome(), new MemoryHome()]
  await from.createTopic('out', 1)
  await copiesOf(from, to).advance()
  assert.deepEqual([...to.topics.keys()], [])
})
