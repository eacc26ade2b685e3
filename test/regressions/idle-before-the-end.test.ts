import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryHome } from '../../connectors/memory/home.ts'
import type { PartitionSource } from '../../engine/home.ts'
import { job, long, record, sink, source, string, table, timestamp, topic } from '../../engine/index.ts'
import { RowWriter } from '../../engine/io/row-writer.ts'
import { JobRun } from '../../engine/run.ts'
import { topicSpec } from '../../engine/topic.ts'
import { tableJoin } from '../../operators/index.ts'

const Order = record('Order', { at: timestamp(), user: long() })
const User = record('User', { at: timestamp(), user: long(), name: string() })
const Named = record('Named', { at: timestamp(), user: long(), name: string() })
const orders = topic('orders', Order, { time: 'at', lateness: 0, key: 'user' })
const users = topic('users', User, { time: 'at', lateness: 0, key: 'user', fromKey: 'user' })

const naming = job('naming', () => {
  tableJoin('named', source('orders', orders), table('users', users), { by: 'user', take: ['name'] }).pipe(
    sink('out', topic('out', Named)),
  )
})

/** The records of `users` are on their way until they are let through. */
class SlowHome extends MemoryHome {
  arrived = false

  override async openSource(name: string, partition: number): Promise<PartitionSource> {
    const opened = await super.openSource(name, partition)
    if (name !== 'users') return opened
    const poll = opened.poll.bind(opened)
    return Object.assign(opened, { poll: () => (this.arrived ? poll() : null), atEnd: () => this.arrived })
  }
}

test('a table whose records are still on their way does not count as fallen silent', async () => {
  const home = new SlowHome()
  for (const [of, row] of [
    [orders, { at: 5, user: 1 }],
    [users, { at: 1, user: 1, name: 'one' }],
  ] as const) {
    const { name } = topicSpec<unknown>(of as never)
    await home.createTopic(name, 1)
    const append = (_: string, partition: number, batch: Uint8Array) =>
      home.partition(name, partition).append(batch)
    const writer = new RowWriter(topicSpec<unknown>(of as never), 'at', 1, { append })
    writer.write([row])
    await writer.flush()
    home.partition(name, 0).publish()
    writer.close()
  }
  const run = await JobRun.open(naming, { home })
  for (let turn = 0; turn < 5; turn++) await run.turn()
  home.arrived = true
  for (let turn = 0; turn < 5; turn++) await run.turn()
  await run.commit()
  await run.close()
  assert.equal(home.partition('out', 0).endOffset, 1)
})
