import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { limits, setLimits } from '../../engine/limits.ts'
import type { CliFolder } from '../support/cli.ts'
import { goldenClicks, goldenFolder, goldenJob } from '../support/golden-folder.ts'
import { shopModels } from '../support/shop-models.ts'

const expectedIn = (folder: CliFolder, file: string) => join(folder.path, 'golden/hour/expected', file)
const linesOf = (path: string) => readFileSync(path, 'utf8').split('\n').filter(Boolean)

/** The windows of one partition, computed row by row. */
function naiveWindows(limit: number) {
  const windows = new Map<string, { user: number; windowStart: number; clicks: number; spent: number }>()
  let newest = Number.NEGATIVE_INFINITY
  const late: unknown[] = []
  for (const { ts, user, amount } of goldenClicks) {
    newest = Math.max(newest, ts)
    const windowStart = Math.floor(ts / 10_000) * 10_000
    if (amount >= limit) continue
    if (windowStart + 10_000 <= newest - 2000) late.push({ ts, user, amount })
    else {
      const window = windows.get(`${user}@${windowStart}`) ?? { user, windowStart, clicks: 0, spent: 0 }
      windows.set(`${user}@${windowStart}`, window)
      window.clicks++
      window.spent += amount
    }
  }
  const closed = [...windows.values()].filter(({ windowStart }) => windowStart + 10_000 <= newest - 2000)
  return { late, closed: closed.sort((a, b) => a.windowStart - b.windowStart || a.user - b.user) }
}

test('update writes the rows in the order of their times, as text that says what they are; check agrees', async t => {
  const folder = await goldenFolder(t)
  const update = await folder.run('golden update job.ts')
  assert.equal(update.code, 0, update.err)
  const { closed, late } = naiveWindows(9)
  const expected = closed.map(row => JSON.stringify({ ...row, windowStart: new Date(row.windowStart) }))
  assert.deepEqual(linesOf(expectedIn(folder, 'per-user.jsonl')), expected)
  assert.equal(linesOf(expectedIn(folder, 'late-clicks.jsonl')).length, late.length)
  const last = new Map(closed.map(({ user, clicks }) => [user, clicks]))
  const totals = [...last].sort(([a], [b]) => a - b).map(([user, clicks]) => JSON.stringify({ user, clicks }))
  assert.deepEqual(linesOf(expectedIn(folder, 'features/totals@1.jsonl')), totals)
  const { code, out, err } = await folder.run('golden check job.ts')
  assert.equal(code, 0, err)
  assert.equal(out, `golden/hour: as expected, 3 outputs, ${closed.length + late.length + 5} rows\n`)
  assert.ok(!existsSync(join(folder.path, 'golden/hour/slice/state')), 'the slice stays as it is')
})

test('a changed job differs in rows that are named by key and window, field by field', async t => {
  const folder = await goldenFolder(t)
  await folder.run('golden update job.ts')
  folder.write('changed.ts', goldenJob({ keep: '10' }))
  const { code, out } = await folder.run('golden check changed.ts')
  assert.equal(code, 1)
  const [before, after] = [naiveWindows(9), naiveWindows(10)]
  const changes = after.closed.flatMap(now => {
    const was = before.closed.find(row => row.user === now.user && row.windowStart === now.windowStart)
    return was !== undefined && was.clicks !== now.clicks ? [{ was, now }] : []
  })
  const [{ was, now }] = changes
  const time = new Date(now.windowStart).toISOString().replace('T', ' ').replace('.000Z', '')
  const first = [
    `    windowStart=${time} user=${now.user}`,
    `      clicks  ${was.clicks} -> ${now.clicks}`,
    `      spent   ${was.spent} -> ${now.spent}`,
  ]
  const head = `per-user: ${before.closed.length} rows expected, ${after.closed.length} found; ${changes.length} changed`
  assert.ok(out.includes(head), out)
  assert.ok(out.includes(first.join('\n')), out)
  assert.ok(out.includes(`and ${changes.length - 5} others changed`), out)
  assert.ok(out.includes(`rows too late for w: ${before.late.length} -> ${after.late.length}`), out)
  const [json] = (await folder.run('golden check changed.ts --json')).json<{
    isEqual: boolean
    outputs: { output: string; difference: { changed: number } }[]
  }>()
  assert.equal(json.isEqual, false)
  assert.equal(json.outputs.find(({ output }) => output === 'per-user')?.difference.changed, changes.length)
})

test('columns and outputs that come and go are said', async t => {
  const folder = await goldenFolder(t)
  await folder.run('golden update job.ts')
  folder.write('more.ts', goldenJob({ more: true }))
  const more = await folder.run('golden check more.ts')
  assert.equal(more.code, 1)
  assert.match(more.out, /per-user: .*; 0 changed, 0 missing, 0 more\n {4}column more: new, long\n/)
  const fewer = goldenJob()
    .replace(/.*sink\('late'.*/, '')
    .replace("topic('per-user'", "topic('by-user'")
  folder.write('fewer.ts', fewer)
  const changed = await folder.run('golden check fewer.ts')
  assert.match(changed.out, /by-user: new, \d+ rows/)
  assert.match(changed.out, /late-clicks: not written any more, \d+ rows? expected/)
  await folder.run('golden update fewer.ts')
  assert.deepEqual(readdirSync(expectedIn(folder, '')).sort(), ['by-user.jsonl', 'features', 'golden.json'])
})

test('a number within its tolerance is as expected; a file that was edited wrongly is told by its line', async t => {
  const folder = await goldenFolder(t)
  await folder.run('golden update job.ts')
  const file = expectedIn(folder, 'per-user.jsonl')
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, text.replace('"spent":7}', '"spent":7.0000001}'))
  assert.equal((await folder.run('golden check job.ts')).code, 1)
  assert.equal((await folder.run('golden check job.ts --tolerance spent=1e-6')).code, 0)
  writeFileSync(file, text.replace(/"user":\d+/, '"user":"x"'))
  const { code, err } = await folder.run('golden check job.ts')
  assert.equal(code, 78)
  assert.match(err, /HR_GOLDEN_FILE.*line 1: user is "x", which is no long/)
})

test('parameters stay as they were when it was written; others differ', async t => {
  const folder = await goldenFolder(t)
  folder.write('headrace.config.ts', 'export default { parameters: { keep: 3 } }')
  await folder.run('golden update job.ts --set keep=6')
  const file = expectedIn(folder, 'per-user.jsonl')
  const { closed } = naiveWindows(6)
  assert.equal(linesOf(file).length, closed.length)
  assert.equal((await folder.run('golden check job.ts')).code, 0)
  assert.equal((await folder.run('golden check job.ts --set keep=9')).code, 1)
  await folder.run('golden update job.ts')
  assert.equal(linesOf(file).length, closed.length)
})

test('several jobs have golden tests in one folder, over one slice; each checks its own', async t => {
  const folder = await goldenFolder(t, 3)
  folder.write('other.ts', goldenJob({ name: 'other', keep: '5' }))
  await folder.run('golden update job.ts')
  const shared = await folder.run('golden update other.ts golden/other --slice golden/hour/slice')
  assert.equal(shared.code, 0, shared.err)
  assert.match((await folder.run('golden check job.ts')).out, /^golden\/hour: as expected.*\n$/)
  assert.match((await folder.run('golden check other.ts')).out, /^golden\/other: as expected.*\n$/)
  const update = await folder.run('golden update other.ts')
  assert.match(update.out, /golden\/hour: left alone, it is of the job counting\ngolden\/other: written/)
  const wrong = await folder.run('golden check other.ts golden/hour')
  assert.match(wrong.err, /HR_GOLDEN_FILE.*it is what the job counting gives, not other/)
})

test('what is not there is said, with what to do', async t => {
  const folder = await goldenFolder(t)
  const nothing = await folder.run('golden check job.ts golden/hour')
  assert.equal(nothing.code, 78)
  assert.match(nothing.err, /HR_GOLDEN_FILE.*nothing has been written there/)
  const nowhere = await folder.run('golden check job.ts nowhere')
  assert.equal(nowhere.code, 2)
  assert.match(
    nowhere.err,
    /there is no golden test in nowhere: `headrace record <topic> --to nowhere\/NAME\/slice`/,
  )
  folder.write('reads-more.ts', goldenJob().replace("topic('clicks'", "topic('sales'"))
  const missing = await folder.run('golden update reads-more.ts golden/hour')
  assert.match(missing.err, /HR_TOPIC_UNKNOWN.*headrace record sales --to /)
})

test('a slice, and each output of it, has a limit', async t => {
  const folder = await goldenFolder(t)
  const before = limits.goldenRows
  t.after(() => setLimits({ goldenRows: before }))
  setLimits({ goldenRows: 100 })
  const slice = await folder.run('golden update job.ts')
  assert.match(slice.err, /HR_GOLDEN_FILE.*it has 300 records, the limit is 100/)
  setLimits({ goldenRows: 300 })
  folder.write(
    'many.ts',
    goldenJob()
      .replace(
        'late(',
        "clicks.pipe(flatMap(Click.fields, row => [row, row]), sink('all', topic('all', Click)))\n  late(",
      )
      .replace('filter,', 'filter, flatMap,'),
  )
  const output = await folder.run('golden update many.ts')
  assert.match(output.err, /HR_GOLDEN_FILE.*it gets more than 300 rows/)
})

test('a slice of the embedded log is recorded as one of Kafka is', async t => {
  const folder = await goldenFolder(t)
  const { code, err } = await folder.run(
    'record clicks --data golden/hour/slice --to golden/part/slice --until 100',
  )
  assert.equal(code, 0, err)
  await folder.run('golden update job.ts golden/part')
  const card = JSON.parse(readFileSync(join(folder.path, 'golden/part/expected/golden.json'), 'utf8'))
  assert.ok(card.inputs.in.read >= 100)
  const itself = await folder.run('record clicks --data golden/hour/slice --to golden/hour/slice')
  assert.equal(itself.code, 2)
  assert.match(itself.err, /a directory of its own/)
})

test('the flagship is checked with the versions of models that it was written with', async t => {
  const folder = await goldenFolder(t)
  const models = await shopModels()
  folder.write('shop.ts', "export { default } from '@/jobs/clickstream.ts'")
  await folder.run(`demo --events 20000 --json --data golden/shop/slice --models ${models}`)
  const update = await folder.run(`golden update shop.ts golden/shop --models ${models}`)
  assert.equal(update.code, 0, update.err)
  const card = JSON.parse(readFileSync(join(folder.path, 'golden/shop/expected/golden.json'), 'utf8'))
  assert.ok(Object.keys(card.models).includes('anomaly'))
  const check = await folder.run(`golden check shop.ts golden/shop --models ${models}`)
  assert.equal(check.code, 0, check.out + check.err)
  const other = await folder.run(`golden check shop.ts golden/shop --models ${models} --model anomaly=99`)
  assert.match(other.err, /HR_MODEL_UNKNOWN/)
})
