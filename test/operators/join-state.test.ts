import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryHome } from '../../connectors/memory/home.ts'
import type { Fields } from '../../engine/batch/schema.ts'
import {
  bigint,
  boolean,
  double,
  float,
  int,
  job,
  long,
  nullable,
  record,
  sink,
  source,
  string,
  table,
  timestamp,
  topic,
  vector,
} from '../../engine/index.ts'
import { RowWriter } from '../../engine/io/row-writer.ts'
import type { Job } from '../../engine/job.ts'
import { JobRun } from '../../engine/run.ts'
import { topicSpec } from '../../engine/topic.ts'
import { join, tableJoin } from '../../operators/index.ts'

const Left = record('Left', { at: timestamp(), key: string() })
const left = topic('left', Left, { time: 'at', lateness: 0 })
const Out = record('Out', { at: timestamp() })

function jobWith(kind: 'join' | 'tableJoin', fields: Fields, after = 100): Job {
  const Right = record('Right', { when: timestamp(), key: string(), ...fields })
  const right = topic('right', Right, { time: 'when', lateness: 0, idleAfter: '1h' })
  const take = Object.keys(fields) as never[]
  return job('changing', () => {
    const made =
      kind === 'join'
        ? join('step', source('left', left), source('right', right), {
            by: 'key',
            within: { before: 0, after },
            take,
          })
        : tableJoin('step', source('left', left), table('right', right), { by: 'key', take })
    made.pipe(sink('out', topic('out', Out)))
  })
}

/** Runs the job over what is there, up to a commit; gives what a restore has said. */
async function run(home: MemoryHome, job: Job): Promise<{ dropped: string[]; added: string[] }> {
  const said = { dropped: [] as string[], added: [] as string[] }
  const onEvolution = (changes: readonly { dropped: readonly string[]; added: readonly string[] }[]) => {
    for (const { dropped, added } of changes) {
      said.dropped.push(...dropped)
      said.added.push(...added)
    }
  }
  const running = await JobRun.open(job, { home, onEvolution })
  while (await running.turn());
  await running.commit()
  await running.close()
  return said
}

async function homeWithRows(fields: Fields, row: object): Promise<MemoryHome> {
  const home = new MemoryHome()
  for (const name of ['left', 'right']) await home.createTopic(name, 1)
  const Right = record('Right', { when: timestamp(), key: string(), ...fields })
  const append = (name: string, partition: number, batch: Uint8Array) =>
    home.partition(name, partition).append(batch)
  for (const [of, rows] of [
    [topic('right', Right), [{ when: 5, key: 'k', ...row }]],
    [left, [{ at: 1, key: 'other' }]],
  ] as const) {
    const writer = new RowWriter(topicSpec<unknown>(of as never), null, 1, { append } as never)
    writer.write(rows)
    await writer.flush()
    home.partition(of.name, 0).publish()
  }
  return home
}

const all = {
  a: int(),
  b: nullable(double()),
  c: bigint(),
  d: float(),
  e: vector(3),
  f: boolean(),
  g: nullable(string()),
  h: nullable(record('H', { x: long() })),
}
const row = { a: 1, b: null, c: 5n, d: 0.5, e: [1, 2, 3], f: true, g: 'text', h: { x: 7 } }

for (const kind of ['join', 'tableJoin'] as const) {
  const prefix = kind === 'join' ? 'right' : 'table'

  test(`${kind}: columns may go, and nullable ones may come`, async () => {
    const home = await homeWithRows(all, row)
    await run(home, jobWith(kind, all))
    assert.deepEqual(await run(home, jobWith(kind, all)), { dropped: [], added: [] })
    const { a, ...fewer } = all
    const more = { ...fewer, z: nullable(string()) }
    assert.deepEqual(await run(home, jobWith(kind, more)), {
      dropped: [`${prefix}.a`],
      added: [`${prefix}.z`],
    })
  })

  test(`${kind}: a column of another type, or a new one that may not be null, is refused`, async () => {
    const home = await homeWithRows(all, row)
    await run(home, jobWith(kind, all))
    const refused = (fields: Fields, reason: RegExp) =>
      assert.rejects(run(home, jobWith(kind, fields)), reason)
    await refused({ ...all, a: long() }, new RegExp(`HR_STATE_INCOMPATIBLE: ${prefix}.a was int and is long`))
    await refused({ ...all, z: long() }, new RegExp(`HR_STATE_INCOMPATIBLE: stored rows have no ${prefix}.z`))
  })
}

test('join: another interval is refused', async () => {
  const home = await homeWithRows(all, row)
  await run(home, jobWith('join', all))
  await assert.rejects(
    run(home, jobWith('join', all, 200)),
    /HR_STATE_INCOMPATIBLE: it was stored with .*"after":100/,
  )
})
