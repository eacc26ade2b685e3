import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { CliFolder } from './cli.ts'

/** The job of golden tests, with something to change in it. */
export const goldenJob = ({ keep = '9', name = 'counting', more = false } = {}) => `
import { double, features, param, job, late, long, record, sink, source, timestamp, topic } from '@/engine/index.ts'
import { count, filter, select, sum, tumbling } from '@/operators/index.ts'

const Click = record('Click', { ts: timestamp(), user: long(), amount: double() })
const PerUser = record('PerUser', {
  user: long(), windowStart: timestamp(), clicks: long(), spent: double()${more ? ', more: long()' : ''}
})
const totals = features('totals', { entity: 'user', fields: { clicks: long() } })

export default job('${name}', () => {
  const keep = param('keep', ${keep})
  const clicks = source('in', topic('clicks', Click, { time: 'ts', key: 'user', lateness: '2s' }))
  const windows = clicks.pipe(
    filter(row => row.amount < keep),
    tumbling('w', { by: 'user', size: '10s' }, { clicks: count(), spent: sum('amount')${more ? ', more: count()' : ''} }),
  )
  windows.pipe(sink('out', topic('per-user', PerUser)))
  windows.pipe(select('user', 'clicks'), sink('totals', totals))
  late('w', clicks).pipe(sink('late', topic('late-clicks', Click)))
})
`

export interface Clicked {
  readonly ts: number
  readonly user: number
  readonly amount: number
}

export const begin = 1_767_225_600_000

/** A click every 700 ms by one of five users; each 31st comes 20 s late. */
export const goldenClicks: readonly Clicked[] = Array.from({ length: 300 }, (_, k) => ({
  ts: begin + k * 700 - (k % 31 === 30 ? 20_000 : 0),
  user: k % 5,
  amount: k % 11,
}))

/** A folder with a job, and a golden test that has a slice of one partition, or of several. */
export async function goldenFolder(t: Pick<TestContext, 'after'>, partitions = 1): Promise<CliFolder> {
  const folder = new CliFolder(t)
  folder.write('job.ts', goldenJob())
  const input = goldenClicks.map(click => JSON.stringify(click)).join('\n')
  const args = `log append clicks --job job.ts --partitions ${partitions} --data golden/hour/slice`
  const { code, err } = await folder.run(args, { input })
  assert.equal(code, 0, err)
  return folder
}
