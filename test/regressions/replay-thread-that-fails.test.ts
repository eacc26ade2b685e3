import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CliFolder, sumJob } from '../support/cli.ts'

/** What is read was asked for when threads had not counted anything yet: that failed, and hid why a thread had. */
test('a thread of a replay that cannot begin says why', async t => {
  const folder = new CliFolder(t)
  const broken = `import { isMainThread } from 'node:worker_threads'\n${sumJob('sums')}`
  const text = broken.replace(
    "job('sums', () => {",
    "$&\n  if (!isMainThread) throw new Error('not in a thread')",
  )
  folder.write('job.ts', text)
  const input = [1, 2, 3, 4].map(user => JSON.stringify({ ts: 1, user, value: 1 })).join('\n')
  await folder.run('log append events --job job.ts --partitions 2', { input })
  const { code, err } = await folder.run('replay job.ts --out again --workers 2')
  assert.equal(code, 1)
  assert.match(err, /not in a thread/)
})
