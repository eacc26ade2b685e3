import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { SqliteFeatures } from '../../../connectors/sqlite/features.ts'
import { exitOf, runScript } from '../../support/child-process.ts'
import { sharedView } from '../../support/shared-view.ts'
import { temporaryDirectory } from '../../support/state-directory.ts'

test('processes that begin at once and are killed leave all that was flushed, whole', async t => {
  const dir = temporaryDirectory(t)
  const names = ['p', 'q', 'r']
  const flushed = await Promise.all(names.map(name => runAndKill(t, dir, name)))
  const store = new SqliteFeatures({ dir })
  t.after(() => store.close())
  const { rows } = await store.get({ view: sharedView.name, entities: [...names, 'shared'] })
  const times = rows.map(row => row.map(({ value }) => Number(value)))
  for (const [index, last] of flushed.entries()) {
    const [a, b] = times[index]
    assert.equal(a, b)
    assert.ok(a >= last, `${names[index]} flushed ${last}, ${a} is there`)
  }
  assert.ok(times[3][0] >= Math.max(...flushed))
})

test('a file of a later format, or that is no database, is a coded error that names it', async t => {
  const dir = temporaryDirectory(t)
  const file = path.join(dir, 'features.db')
  const first = new SqliteFeatures({ dir })
  await first.define(sharedView)
  await first.close()
  const bytes = readFileSync(file)
  const later = Buffer.from(bytes)
  later.writeInt32BE(9, 60)
  writeFileSync(file, later)
  await assert.rejects(
    new SqliteFeatures({ dir }).list(),
    /HR_STATE_VERSION: the file is of format 9.*features\.db/,
  )
  writeFileSync(file, 'no database at all, but long enough to look at'.repeat(100))
  await assert.rejects(
    new SqliteFeatures({ dir }).list(),
    /HR_STORE_IO: file is not a database.*features\.db/,
  )
})

/** Gives the last time that the process has said it had flushed. */
async function runAndKill(t: TestContext, dir: string, name: string): Promise<number> {
  const child = runScript(t, 'test/support/feature-process.ts', dir, name)
  let text = ''
  for await (const chunk of child.stdout ?? []) {
    text += chunk
    if (text.split('\n').length > 20) child.kill('SIGKILL')
  }
  await exitOf(child)
  return Number(text.split('\n').at(-2))
}
