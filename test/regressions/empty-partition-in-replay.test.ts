import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CliFolder } from '../support/cli.ts'

const source = `
import { job, long, record, sink, source, timestamp, topic } from '@/engine/index.ts'
import { count, repartition, tumbling } from '@/operators/index.ts'

const Click = record('Click', { ts: timestamp(), user: long() })
const PerUser = record('PerUser', { user: long(), windowStart: timestamp(), clicks: long() })

export default job('counting', () => {
  source('in', topic('clicks', Click, { time: 'ts', key: 'user', lateness: '0s' })).pipe(
    repartition('by-user', { by: 'user', partitions: 1 }),
    tumbling('w', { by: 'user', size: '10s' }, { clicks: count() }),
    sink('out', topic('per-user', PerUser, { key: 'user' })),
  )
})
`

// One user: of four partitions three are empty. The stage behind waited for them, as if something could come yet.
test('partitions without a record in the stretch hold nobody up where the job has not run live', async t => {
  const folder = new CliFolder(t)
  folder.write('job.ts', source)
  const lines = [1000, 5000, 12_000].map(ts => JSON.stringify({ ts, user: 7 }))
  await folder.run('log append clicks --job job.ts --partitions 4 --data recorded', {
    input: lines.join('\n'),
  })
  const { code, err } = await folder.run('replay job.ts --data none --archive recorded --out again')
  assert.equal(code, 0, err)
  const { out } = await folder.run('log cat per-user --job job.ts --data again')
  assert.match(out, /^\d:0 .*"clicks":2\}\n$/)
})
