import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { AuditSums, everyWindow } from '../../backtest/audit/audit-sums.ts'
import type { SourceCounts } from '../../backtest/audit/balance.ts'
import { imbalances } from '../../backtest/audit/balance.ts'
import { compareAudits } from '../../backtest/audit/compare-audits.ts'
import { countRecords, readAudit } from '../../backtest/audit/read-audit.ts'
import { MemoryHome } from '../../connectors/memory/home.ts'
import { auditTopic } from '../../engine/audit/audit-entry.ts'
import { RecordBatchBuilder } from '../../engine/codec/record/write.ts'
import { closePlan, plan } from '../../engine/graph/plan.ts'
import type { Job } from '../../engine/index.ts'
import { job, late, long, record, sink, source, timestamp, topic } from '../../engine/index.ts'
import { withAudit } from '../../engine/job.ts'
import { limits, setLimits } from '../../engine/limits.ts'
import { JobRun } from '../../engine/run.ts'
import { count, filter, repartition, session, sliding, tumbling } from '../../operators/index.ts'
import { assertProperty } from '../support/property.ts'

const Sale = record('Sale', { ts: timestamp(), user: long(), amount: long() })
const PerUser = record('PerUser', { user: long(), windowStart: timestamp(), sales: long() })
const sales = topic('sales', Sale, { time: 'ts', lateness: 3 })
const dropFrom = 9
const throwAt = 8
const gap = 4

const shops = job(
  'shops',
  () => {
    const sold = source('in', sales).pipe(
      filter(row => {
        if (row.amount === throwAt) throw new Error('no such amount')
        return row.amount < dropFrom
      }),
    )
    sold.pipe(tumbling('t', { by: 'user', size: 10 }, { sales: count() }), sink('t-out', topic('t', PerUser)))
    sold.pipe(
      sliding('s', { by: 'user', size: 10, every: 5 }, { sales: count() }),
      sink('s-out', topic('s', PerUser)),
    )
    sold.pipe(session('g', { by: 'user', gap }, { sales: count() }), sink('g-out', topic('g', PerUser)))
    late('t', sold).pipe(sink('late-out', topic('late', Sale)))
    sold.pipe(
      repartition('by-amount', { by: 'amount', partitions: 1 }),
      tumbling('a', { by: 'amount', size: 20 }, { sales: count() }),
      sink('a-out', topic('a', record('PerAmount', { amount: long(), sales: long() }))),
    )
  },
  { onError: 'reject' },
)
const audited = withAudit(shops)

/** A sale, or what is none. */
type Sold = { readonly ts: number; readonly user: number; readonly amount: number } | 'bad'

async function historyOf(partitions: readonly (readonly Sold[])[], atOnce: number): Promise<MemoryHome> {
  const home = new MemoryHome()
  await home.createTopic('sales', partitions.length)
  for (const [number, rows] of partitions.entries()) {
    const partition = home.partition('sales', number)
    for (let from = 0; from < rows.length; from += atOnce) {
      const builder = new RecordBatchBuilder()
      for (const row of rows.slice(from, from + atOnce)) {
        builder.append(0, null, Buffer.from(row === 'bad' ? 'no JSON' : JSON.stringify(row)))
      }
      partition.append(builder.build())
    }
    partition.publish()
  }
  return home
}

/** Works on the job, crashing now and then with work that is not committed. */
async function workOn(
  of: Job,
  home: MemoryHome,
  crashes: readonly (readonly [turns: number, commits: boolean])[],
) {
  for (const [turns, commits] of crashes) {
    const run = await JobRun.open(of, { home, replay: { marks: [] } })
    for (let turn = 0; turn < turns; turn++) await run.turn()
    if (commits) await run.commit()
    await run.turn()
    await run.close()
  }
  const run = await JobRun.open(of, { home, replay: { marks: [] } })
  await run.work(new AbortController().signal, true)
  await run.close()
}

async function sumsIn(home: MemoryHome): Promise<AuditSums> {
  const topicName = auditTopic('shops')
  const audit = await home.openSource(topicName, 0)
  const sums = new AuditSums(everyWindow)
  await readAudit(audit, topicName, audit.endOffset(), sums)
  return sums
}

async function sourceCounts(home: MemoryHome, sums: AuditSums): Promise<SourceCounts> {
  const counts = new Map()
  for (const input of sums.inputs.values()) {
    if (input.topic !== 'sales') continue
    const reader = await home.openSource('sales', input.partition)
    let records = 0
    for (const stretch of input.offsets.merged) records += await countRecords(reader, 'sales', stretch)
    counts.set(input, records)
  }
  return counts
}

function problemsIn(sums: AuditSums, counts: SourceCounts = new Map()): string[] {
  const planned = plan(shops)
  closePlan(planned)
  return imbalances(sums, planned, counts).map(({ id, what }) => `${id}: ${what}`)
}

type Row = [start: number, used: number, late: number]

/** What becomes of each row, one after the other. */
function naive(partitions: readonly (readonly Sold[])[]) {
  const windows = { t: new Map<number, Row>(), s: new Map<number, Row>(), g: new Map<number, Row>() }
  const totals = { read: 0, bad: 0, thrown: 0, dropped: 0, kept: 0 }
  for (const rows of partitions) {
    let newest = Number.NEGATIVE_INFINITY
    for (const row of rows) {
      totals.read++
      if (row === 'bad') {
        totals.bad++
        continue
      }
      newest = Math.max(newest, row.ts)
      if (row.amount === throwAt) totals.thrown++
      else if (row.amount >= dropFrom) totals.dropped++
      else {
        totals.kept++
        const reached = newest - 3
        const note = (of: Map<number, Row>, lengthMs: number, isLate: (start: number) => boolean) => {
          const start = Math.floor(row.ts / lengthMs) * lengthMs
          const counts = of.get(start) ?? [start, 0, 0]
          of.set(start, counts)
          counts[isLate(start) ? 2 : 1]++
        }
        note(windows.t, 10, start => start + 10 <= reached)
        // The last window of a pane of 5 begins where the pane does.
        note(windows.s, 5, start => start + 10 <= reached)
        note(windows.g, limits.auditStretchMs, () => row.ts + gap + 1 <= reached)
      }
    }
  }
  return { windows, totals }
}

const sold: fc.Arbitrary<Sold> = fc.oneof(
  { weight: 9, arbitrary: fc.record({ ts: fc.nat(60), user: fc.nat(3), amount: fc.nat(10) }) },
  { weight: 1, arbitrary: fc.constant('bad' as const) },
)
const histories = fc.array(fc.array(sold, { minLength: 1, maxLength: 60 }), { minLength: 1, maxLength: 2 })
const crashes = fc.array(fc.tuple(fc.nat(6), fc.boolean()), { maxLength: 4 })

test('the sums are those of each row looked at alone, however often the job crashes; all of them come out', async () => {
  const property = fc.asyncProperty(
    histories,
    fc.integer({ min: 1, max: 9 }),
    crashes,
    async (made, atOnce, all) => {
      const drifting = made.map(rows =>
        rows.map((row, k) => (row === 'bad' ? row : { ...row, ts: row.ts + k * 3 })),
      )
      const home = await historyOf(drifting, atOnce)
      await workOn(audited, home, all)
      const sums = await sumsIn(home)
      assert.deepEqual(problemsIn(sums, await sourceCounts(home, sums)), [])
      const { windows, totals } = naive(drifting)
      const inputs = [...sums.inputs.values()].filter(({ id }) => id === 'in')
      assert.equal(
        inputs.reduce((sum, { read }) => sum + read, 0),
        totals.read,
      )
      assert.equal(
        inputs.reduce((sum, { rejected }) => sum + rejected, 0),
        totals.bad,
      )
      const { in: taken = 0, out = 0, rejected = 0 } = sums.steps.get('filter-1') ?? {}
      assert.deepEqual([taken, out, rejected], [totals.read - totals.bad, totals.kept, totals.thrown])
      for (const [id, expected] of Object.entries(windows)) {
        const each = [...(sums.windows.get(id)?.each ?? [])].map(
          ([start, { used, late }]): Row => [start, used, late],
        )
        const byStart = (rows: readonly Row[]) => rows.toSorted((a, b) => a[0] - b[0])
        assert.deepEqual(byStart(each), byStart([...expected.values()]), id)
      }
    },
  )
  await assertProperty(property, 60)
})

const some = [
  Array.from({ length: 80 }, (_, k) => ({ ts: k * 2 - (k % 9 === 8 ? 15 : 0), user: k % 3, amount: k % 11 })),
]

test('another run over the same records has the same audit, whatever its commits; without one nothing is written', async () => {
  const [one, other, none] = [await historyOf(some, 80), await historyOf(some, 3), await historyOf(some, 7)]
  await workOn(audited, one, [])
  await workOn(audited, other, [
    [3, true],
    [2, false],
    [5, true],
  ])
  const [a, b] = [await sumsIn(one), await sumsIn(other)]
  assert.ok(b.entries > a.entries)
  assert.deepEqual(compareAudits(a, b), [])
  await workOn(shops, none, [])
  assert.equal(none.topics.has(auditTopic('shops')), false)
})

test('more windows than may be held are written before the commit', async t => {
  const before = limits.auditWindows
  t.after(() => setLimits({ auditWindows: before }))
  const home = await historyOf(some, 8)
  await workOn(audited, home, [])
  const whole = await sumsIn(home)
  setLimits({ auditWindows: 3 })
  const bounded = await historyOf(some, 8)
  await workOn(audited, bounded, [])
  const sums = await sumsIn(bounded)
  assert.ok(sums.entries > whole.entries)
  assert.deepEqual(compareAudits(whole, sums), [])
})

test('what is missing, or is there twice, is said', async () => {
  const home = await historyOf(some, 5)
  await workOn(audited, home, [
    [4, true],
    [4, true],
  ])
  const { batches } = home.partition(auditTopic('shops'), 0)
  const again = await sumsIn(home)
  const twice = problemsIn(await sumsIn(await auditOf([...batches, batches[0]])))
  assert.match(twice.join('\n'), /in \(sales-0\): 20 offsets were counted twice/)
  const [, middle] = batches.filter(({ bytes }) => Buffer.from(bytes).includes('"topic":"sales"'))
  const lacking = problemsIn(await sumsIn(await auditOf(batches.filter(batch => batch !== middle))))
  assert.match(lacking.join('\n'), /in \(sales-0\): read without an audit: offsets \d+ up to \d+/)
  const input = [...again.inputs.values()].find(({ id }) => id === 'in')!
  input.read--
  again.steps.get('t')!.in++
  again.windows.get('s')!.all.late++
  const wrong = problemsIn(again, new Map([[input, 80]])).join('\n')
  assert.match(wrong, /in \(sales-0\): 79 records read, 80 passed and 0 rejected/)
  assert.match(wrong, /the topic has 80 records between these offsets, 79 were read/)
  assert.match(wrong, /t: \d+ rows came, filter-1 gave \d+/)
  assert.match(wrong, /s: \d+ rows late, its windows have \d+/)
})

async function auditOf(batches: readonly { readonly bytes: Uint8Array }[]): Promise<MemoryHome> {
  const home = new MemoryHome()
  await home.createTopic(auditTopic('shops'), 1)
  const partition = home.partition(auditTopic('shops'), 0)
  for (const { bytes } of batches) partition.append(bytes)
  partition.publish()
  return home
}

test('windows whose rows do not add up are said, as many as there is room for', () => {
  const sums = new AuditSums(null)
  const counts = Array.from({ length: limits.auditComplaints * 2 }, (_, k) => [k * 10, 3, 1, 1, 0] as const)
  sums.add({ task: '0-0', inputs: [], steps: [], windows: [{ id: 't', lengthMs: 10, by: 'window', counts }] })
  sums.steps.set('t', {
    id: 't',
    kind: 'tumbling',
    in: counts.length * 3,
    out: 0,
    late: counts.length,
    rejected: 0,
  })
  assert.equal(sums.windows.get('t')?.unbalanced.size, limits.auditComplaints)
  assert.match(
    problemsIn(sums).join('\n'),
    /t: rows came that were neither used, nor late, nor rejected: 1970-01-01T00:00:00.000Z, 1970/,
  )
})

test('a record that is no entry is an error with its place', async () => {
  const home = new MemoryHome()
  await home.createTopic(auditTopic('shops'), 1)
  const builder = new RecordBatchBuilder()
  builder.append(0, null, Buffer.from('{"task":"0-0"}'))
  home.partition(auditTopic('shops'), 0).append(builder.build())
  home.partition(auditTopic('shops'), 0).publish()
  await assert.rejects(sumsIn(home), { code: 'HR_AUDIT_DAMAGED' })
})
