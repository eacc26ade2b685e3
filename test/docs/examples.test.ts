import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import type { MemoryStores } from '../../connectors/memory/stores.ts'
import type { FeatureView } from '../../engine/stores/feature-view.ts'
import { isFeatureView } from '../../engine/stores/feature-view.ts'
import { testJob } from '../../testing/test-job.ts'
import type { DocExample } from '../support/doc-examples.ts'
import { docExamples } from '../support/doc-examples.ts'
import { withSources } from '../support/pages.ts'
import { root } from '../support/source-tree.ts'

const directory = realpathSync(mkdtempSync(path.join(tmpdir(), 'headrace-docs-')))
after(() => rmSync(directory, { recursive: true }))

const examples = docExamples('docs/operators')
writeFileSync(path.join(directory, 'package.json'), '{ "type": "module" }')
for (const example of examples) writeFileSync(fileOf(example), withSources(example.source, directory))

describe('the examples of the docs', () => {
  for (const example of examples) {
    test(`${example.page}, example ${example.number}`, async () => {
      const { default: job, ...others } = await import(pathToFileURL(fileOf(example)).href)
      const driver = testJob(job, others.models && { models: others.models })
      for (const [name, rows] of Object.entries(example.input)) {
        const view = Object.values(others).find(value => isFeatureView(value) && value.name === name)
        if (name.includes('{}')) fillHashes(driver.stores, rows as HashRow[])
        else if (view === undefined) driver.push(name, rows)
        else fill(driver.stores, view as FeatureView, rows as FeatureRow[])
      }
      const written: Record<string, unknown> = {}
      for (const topic of Object.keys(example.output)) written[topic] = await driver.output(topic)
      await driver.close()
      assert.deepEqual(written, example.output)
    })
  }

  test('have no type errors', () => {
    const config = {
      extends: `${root}tsconfig.json`,
      compilerOptions: { typeRoots: [`${root}node_modules/@types`] },
      include: ['*.ts'],
    }
    writeFileSync(path.join(directory, 'tsconfig.json'), JSON.stringify(config))
    const { stdout } = spawnSync(`${root}node_modules/.bin/tsc`, ['-p', directory], { encoding: 'utf8' })
    const own = stdout.split('\n').filter(line => line.includes(path.basename(directory)))
    assert.deepEqual(own, [])
  })
})

test('the index names every page', () => {
  const pages = readdirSync(`${root}docs/operators`).filter(name => name !== 'README.md')
  const index = readFileSync(`${root}docs/operators/README.md`, 'utf8')
  assert.deepEqual(
    pages.filter(page => !index.includes(`(${page})`)),
    [],
  )
})

type FeatureRow = Readonly<Record<string, unknown>> & { readonly time: number }

/** What a feature view has before the job begins: rows with the event time of their values. */
function fill(stores: MemoryStores, view: FeatureView, rows: readonly FeatureRow[]): void {
  for (const { time, ...row } of rows) stores.fill(view, [row], time)
}

type HashRow = Readonly<Record<string, string>> & { readonly key: string }

function fillHashes(stores: MemoryStores, rows: readonly HashRow[]): void {
  for (const { key, ...fields } of rows) stores.hashes.set(key, fields)
}

function fileOf({ page, number }: DocExample): string {
  return path.join(directory, `${path.basename(page, '.md')}-${number}.ts`)
}
