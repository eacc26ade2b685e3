import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { tableFromIPC } from 'apache-arrow'
import { CliFolder } from '../../support/cli.ts'
import { kafka, uniqueName } from '../../support/services/kafka.ts'

const { brokers } = await kafka()
const clicks = uniqueName('clicks')
const start = Date.parse('2026-01-01')

const source = `
import { features, job, long, record, sink, source, timestamp, topic } from '@/engine/index.ts'
import { count, tumbling } from '@/operators/index.ts'

const Click = record('Click', { ts: timestamp(), user: long() })
const stats = features('stats', { entity: 'user', ttl: '40s', fields: { clicks: long() } })

export default job('${clicks}-stats', () => {
  source('in', topic('${clicks}', Click, { time: 'ts', key: 'user', lateness: '2s' })).pipe(
    tumbling('w', { by: 'user', size: '10s' }, { clicks: count() }),
    sink('out', stats),
  )
})
`

test('a training set from Kafka is that from the embedded log', async t => {
  const folder = new CliFolder(t)
  const createTopics = { config: { 'retention.ms': '-1' } }
  folder.write('headrace.config.ts', `export default ${JSON.stringify({ brokers, createTopics })}`)
  folder.write('embedded.config.ts', 'export default {}')
  folder.write('job.ts', source)
  const lines = Array.from({ length: 600 }, (_, k) => {
    return JSON.stringify({ ts: start + k * 200 - (k % 9 === 4 ? 7000 : 0), user: (k * 7) % 11 })
  })
  const labels = Array.from({ length: 200 }, (_, k) => `${k % 12},${start + ((k * 613) % 150_000)}`)
  folder.write('labels.csv', ['user,time', ...labels].join('\n'))
  const rows: unknown[] = []
  for (const config of ['headrace.config.ts', 'embedded.config.ts']) {
    const options = `--job job.ts --partitions 3 --config ${config}`
    await folder.run(`log append ${clicks} ${options}`, { input: lines.join('\n') })
    const args = `--labels labels.csv --out ${config}.arrow --config ${config}`
    const { code, err } = await folder.run(`features export job.ts ${args}`)
    assert.equal(code, 0, err)
    const table = tableFromIPC(readFileSync(join(folder.path, `${config}.arrow`)))
    rows.push(table.toArray().map(row => row.toJSON()))
  }
  assert.deepEqual(rows[0], rows[1])
  const found = (rows[0] as { clicks: bigint | null }[]).filter(row => row.clicks !== null)
  assert.ok(found.length > 50 && found.length < 190)
})
