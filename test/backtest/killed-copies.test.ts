import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { test } from 'node:test'
import { viewOffsets } from '../../connectors/kafka/admin/offsets.ts'
import { Cluster } from '../../connectors/kafka/cluster/cluster.ts'
import { exitOf } from '../support/child-process.ts'
import type { PerUser } from '../support/live-kafka-job.ts'
import { LiveKafkaJob } from '../support/live-kafka-job.ts'
import { kafka } from '../support/services/kafka.ts'
import { until } from '../support/services/until.ts'
import { root } from '../support/source-tree.ts'

const { brokers } = await kafka()
const startMs = 1_767_225_600_000
const kills = 2

test('a replay into topics of Kafka that is killed again and again has each record there once', async t => {
  const job = new LiveKafkaJob(t, { idleAfter: '1h' })
  const clicks = Array.from({ length: 4000 }, (_, k) => ({ ts: startMs + k * 250, user: (k * 7) % 40 }))
  const input = clicks.map(click => JSON.stringify(click)).join('\n')
  await job.ok(['log', 'append', `${job.name}.clicks`, '--job', 'job.ts', '--partitions', '2'], input)
  const cluster = await Cluster.open({ brokers }, () => {})
  t.after(() => cluster.close())
  const topic = `copied-${job.name}.per-user`
  const copied = async () => {
    const ends = (await viewOffsets(cluster, [topic], 'latest')).get(topic) ?? []
    return ends.reduce<number>((sum, end) => sum + (end ?? 0), 0)
  }
  const args = ['replay', 'job.ts', '--out', 'again', '--to-topics', 'copied-', '--json']
  for (let killed = 0; killed < kills; killed++) {
    const before = await copied()
    const child = spawn(process.execPath, [`${root}cli/main.ts`, ...args, '--speed', '100'], {
      ...{ cwd: job.folder.path, stdio: 'ignore' },
    })
    t.after(() => child.kill('SIGKILL'))
    await until('more copies', async () => (await copied()) > before || child.exitCode !== null)
    assert.equal(child.exitCode, null, 'it ended before it was killed')
    child.kill('SIGKILL')
    await exitOf(child)
  }
  await job.ok(args)
  const rowsIn = async (...where: string[]) =>
    (await job.ok(['log', 'cat', ...where, '--json']))
      .json<PerUser>()
      .map(({ partition, key, value }) => JSON.stringify([partition, key, value]))
  const results = await rowsIn(`${job.name}.per-user`, '--data', 'again')
  assert.ok(results.length > 3000)
  assert.deepEqual(await rowsIn(topic), results)
})
