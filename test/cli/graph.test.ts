import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CliFolder, sumJob } from '../support/cli.ts'

test('graph prints stages, nodes, topics and columns', async t => {
  const folder = new CliFolder(t)
  folder.write('job.ts', sumJob('sums'))
  const { code, out } = await folder.run('graph job.ts')
  assert.equal(code, 0)
  assert.deepEqual(
    out.split('\n').map(line => line.trim().split(/ {2,}/)),
    [
      ['job sums'],
      [''],
      ['stage 0: a task for each partition of events'],
      ['source', 'events', 'from topic events (json)'],
      ['ts: timestamp, user: long, value: double'],
      ['filter', 'filter-1', 'from events'],
      ['tumbling', 'totals', 'from filter-1'],
      ['user: long, windowStart: timestamp, windowEnd: timestamp, total: double'],
      ['sink', 'totals-out', 'from totals to topic totals (json)'],
      [''],
    ],
  )
})

test('as Mermaid it has a drum for each topic, a frame for each stage and an arrow for each edge', async t => {
  const folder = new CliFolder(t)
  folder.write('job.ts', sumJob('sums'))
  const { out } = await folder.run('graph job.ts --format mermaid')
  const names = new Map([...out.matchAll(/^ +(?<name>n\d+)[[(]+"(?<label>[^"]*)"/gm)].map(m => [m[1], m[2]]))
  const edges = [...out.matchAll(/^ {2}(?<from>n\d+) --> (?<to>n\d+)$/gm)].map(m => [
    names.get(m[1]),
    names.get(m[2]),
  ])
  assert.match(out, /^flowchart LR\n/)
  assert.match(out, /subgraph stage0\["stage 0"\]/)
  assert.deepEqual(edges, [
    ['events', 'source<br/>events'],
    ['source<br/>events', 'filter<br/>filter-1'],
    ['filter<br/>filter-1', 'tumbling<br/>totals'],
    ['tumbling<br/>totals', 'sink<br/>totals-out'],
    ['sink<br/>totals-out', 'totals'],
  ])
})
