import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parse } from 'yaml'
import { RunMeter } from '../../cli/status.ts'
import { figuresOf } from '../../cli/telemetry/figures.ts'
import { PrometheusFigures } from '../../cli/telemetry/prometheus.ts'
import { graphsOf, readDashboard } from '../support/dashboards.ts'
import { ScriptedRun } from '../support/scripted-run.ts'
import { root } from '../support/source-tree.ts'

const boards = ['headrace-jobs', 'headrace-jobs-prometheus', 'headrace-scores'].map(readDashboard)

test('the dashboards are what their source says', () => {
  execFileSync(process.execPath, ['deploy/grafana/dashboards/generate.ts', '--check'], { cwd: root })
})

for (const board of boards) {
  test(`${board.uid}: graphs lie side by side and have a query, a unit and a description`, () => {
    const graphs = graphsOf(board)
    assert.ok(graphs.length >= 10)
    for (const { title, description, targets, fieldConfig } of graphs) {
      assert.ok(description, title)
      assert.ok(fieldConfig.defaults.unit, title)
      assert.equal(targets.length, 1, title)
    }
    const taken = new Set<string>()
    for (const { gridPos } of board.panels) {
      const place = `${gridPos.x},${gridPos.y}`
      assert.ok(!taken.has(place), place)
      taken.add(place)
    }
  })

  test(`${board.uid}: every variable that is used is there`, () => {
    const known = new Set(board.templating.list.map(({ name }) => name))
    const text = JSON.stringify(board)
    const used = [...text.matchAll(/\$\{(?<name>\w+)(?::\w+)?\}|"\$(?<plain>[a-z]\w*)/g)]
    for (const { groups } of used) {
      const name = groups!.name ?? groups!.plain ?? ''
      if (!name.startsWith('__')) assert.ok(known.has(name), name)
    }
  })
}

test('queries and alerts of Prometheus ask for metrics that there are', async () => {
  const meter = new RunMeter(new ScriptedRun())
  const text = await new PrometheusFigures('any', () => figuresOf(meter)).text()
  const served = globSync('{server,features}/**/*.ts', { cwd: root }).map(file =>
    readFileSync(root + file, 'utf8'),
  )
  const known = new Set(
    [...`${text}\n${served.join('\n')}`.matchAll(/(?:# TYPE |name: ')(?<name>\w+)/g)].map(
      ({ groups }) => groups!.name,
    ),
  )
  const queries = boards.flatMap(graphsOf).flatMap(({ targets }) => targets.map(({ expr }) => expr ?? ''))
  const asked = [...queries, ...alerts()].flatMap(metricsIn)
  assert.ok(asked.length >= 15)
  for (const name of asked) assert.ok(known.has(name) || known.has(name.replace(/_bucket$/, '')), name)
})

function alerts(): readonly string[] {
  const { groups } = parse(readFileSync(`${root}deploy/alerts.yml`, 'utf8')) as {
    groups: { rules: { expr: string }[] }[]
  }
  return groups.flatMap(({ rules }) => rules.map(({ expr }) => expr))
}

/** What follows `by` are labels. */
function metricsIn(query: string): readonly string[] {
  return (
    query
      .replaceAll(/by \([^)]*\)/g, '')
      .replaceAll(/\{[^}]*\}/g, '')
      .match(/\b(?:headrace|process|nodejs)_\w+\b/g) ?? []
  )
}
