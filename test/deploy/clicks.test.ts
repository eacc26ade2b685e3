import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { CliFolder } from '../support/cli.ts'
import { withSources } from '../support/pages.ts'
import { root } from '../support/source-tree.ts'

const job = readFileSync(`${root}deploy/jobs/clicks.ts`, 'utf8')

test('clicks that are made up fit the job, and have their users as keys', async t => {
  const awk = ['-v', 'rate=300', '-v', 'seconds=1', '-f', 'deploy/clicks/clicks.awk']
  const lines = execFileSync('awk', awk, { cwd: root, encoding: 'utf8' }).trimEnd().split('\n')
  assert.equal(lines.length, 300)
  const values = lines.map(line => /^(?<key>\d+)\|(?<value>.*)$/.exec(line)!.groups!)
  const clicks = values.map(({ value }) => JSON.parse(value!) as { ts: number; user: number; kind: string })
  assert.deepEqual(
    clicks.map(({ user }) => String(user)),
    values.map(({ key }) => key),
  )
  assert.ok(clicks.every(({ ts }) => Math.abs(Date.now() - ts) < 90_000))
  assert.deepEqual(new Set(clicks.map(({ kind }) => kind)), new Set(['view', 'cart', 'purchase', 'bot']))
  const folder = new CliFolder(t)
  folder.write('clicks.ts', withSources(job, folder.path))
  const input = `${values.map(({ value }) => value).join('\n')}\n`
  const { code, err } = await folder.run('log append clicks --job clicks.ts --partitions 4', { input })
  assert.equal(code, 0, err)
})

test('the graph of the job leads to Kafka, Redis and InfluxDB', async t => {
  const folder = new CliFolder(t)
  folder.write('clicks.ts', withSources(job, folder.path))
  const { out, err } = await folder.run('graph clicks.ts')
  assert.equal(err, '')
  assert.match(out, /per-user-out +from per-user to topic clicks\.per-user \(json\)$/m)
  assert.match(out, /features +user-stats +from per-user to view user-stats, version 1$/m)
  assert.match(
    out,
    /^stage 1: .*\n {2}repartition +kinds\.read +from topic clicks\.kinds\.repartition \(avro\)$/m,
  )
  assert.match(out, /series +by-kind +from per-kind to series clicks_by_kind$/m)
  const mermaid = await folder.run('graph clicks.ts --format mermaid')
  assert.match(mermaid.out, /\[\("series clicks_by_kind"\)\]/)
})
