import { SqliteFeatures } from '../../connectors/sqlite/features.ts'
import { viewSpec } from '../../engine/stores/feature-view.ts'
import { sharedSchema, sharedView } from './shared-view.ts'
import { writeRows } from './written-rows.ts'

/** Writes to a view for ever, saying what it has flushed: to be killed. Each process has a user of its own, and all share one. */
const [dir = '', name = ''] = process.argv.slice(2)
const store = new SqliteFeatures({ dir })
const writer = await store.openWriter(viewSpec(sharedView), sharedSchema, { job: 'test', step: name })
for (let time = 1; ; time++) {
  const users = [name, 'shared', ...Array.from({ length: 50 }, (_, index) => `${name}-${index}`)]
  await writeRows(
    writer,
    sharedSchema,
    users.map(user => ({ user, time, a: time, b: time })),
  )
  process.stdout.write(`${time}\n`)
}
