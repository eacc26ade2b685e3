import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { RunMeter } from '../../../cli/status.ts'
import { figuresOf } from '../../../cli/telemetry/figures.ts'
import type { SeriesTarget } from '../../../cli/telemetry/series-point-writer.ts'
import { SeriesTelemetry } from '../../../cli/telemetry/series-telemetry.ts'
import { MemoryStores } from '../../../connectors/memory/stores.ts'
import { ManualClock } from '../../../engine/time/clock.ts'
import { ScriptedRun } from '../../support/scripted-run.ts'

const start = Date.UTC(2026, 0, 1)
const whose = { job: 'sums', process: 'one' }

interface Setup {
  readonly run: ScriptedRun
  readonly clock: ManualClock
  readonly notes: string[]
  readonly telemetry: SeriesTelemetry
}

function telemetryTo(stores: SeriesTarget): Setup {
  const [run, clock, notes] = [new ScriptedRun(), new ManualClock(start), [] as string[]]
  const meter = new RunMeter(run)
  const figures = () => ({ ...figuresOf(meter), watermarkDelayMs: run.watermark(), checkpointAgeMs: 250 })
  const note = (text: string) => notes.push(text)
  const telemetry = new SeriesTelemetry({ stores, figures, origin: whose, everyMs: 5000, note, clock })
  return { run, clock, notes, telemetry }
}

/** Lets time pass, and what waited for it be done. */
async function pass(clock: ManualClock, ms: number): Promise<void> {
  clock.advance(ms)
  for (let turn = 0; turn < 20; turn++) await nextTurn()
}

function pointsOf(stores: MemoryStores, name: string): unknown[] {
  return [...(stores.series.get(name)?.values() ?? [])]
}

test('a point of each input, of each step and of the whole every few seconds, and at the end', async () => {
  const stores = new MemoryStores()
  const { run, clock, telemetry, notes } = telemetryTo(stores)
  run.reach({
    counts: {
      inputs: { clicks: { read: 1000, passed: 990, rejected: 10 } },
      steps: { totals: { in: 990, out: 5, late: 4, rejected: 3 } },
      lookups: { stats: { asked: 4, remembered: 9, failed: 1, seconds: 0.25 } },
      newest: { users: start + 1500 },
    },
    lag: 7,
    commits: 2,
  })
  await pass(clock, 5000)
  run.reach({
    counts: { inputs: { clicks: { read: 1500, passed: 1490, rejected: 10 } }, steps: {} },
    watermark: 90,
  })
  await pass(clock, 2000)
  await telemetry.close()
  const [first, last] = [start + 5000, start + 7000]
  assert.deepEqual(pointsOf(stores, 'headrace_inputs'), [
    { time: first, ...whose, input: 'clicks', read: 1000, passed: 990, rejected: 10, rate: 200 },
    { time: last, ...whose, input: 'clicks', read: 1500, passed: 1490, rejected: 10, rate: 250 },
  ])
  assert.deepEqual(pointsOf(stores, 'headrace_steps'), [
    { time: first, ...whose, step: 'totals', in: 990, out: 5, late: 4, rejected: 3 },
  ])
  assert.deepEqual(pointsOf(stores, 'headrace_lookups'), [
    { time: first, ...whose, step: 'stats', asked: 4, remembered: 9, failed: 1, seconds: 0.25 },
  ])
  assert.deepEqual(pointsOf(stores, 'headrace_views'), [
    { time: first, ...whose, view: 'users', ageMs: 3500 },
  ])
  assert.deepEqual(pointsOf(stores, 'headrace_job'), [
    { time: first, ...whose, lag: 7, watermarkDelayMs: null, checkpointAgeMs: 250, commits: 2 },
    { time: last, ...whose, lag: 7, watermarkDelayMs: 90, checkpointAgeMs: 250, commits: 2 },
  ])
  assert.deepEqual(notes, [])
})

test('trouble with the store is said once, and when it is over', async () => {
  const stores = new MemoryStores()
  let isAway = true
  const { clock, telemetry, notes } = telemetryTo({
    openWriter: (...args) => (isAway ? Promise.reject(new Error('it is away')) : stores.openWriter(...args)),
  })
  await pass(clock, 5000)
  await pass(clock, 5000)
  assert.deepEqual(notes, ['metrics are not written to their series: it is away'])
  isAway = false
  await pass(clock, 5000)
  assert.equal(notes.at(-1), 'metrics are written to their series again')
  await telemetry.close()
  assert.deepEqual(
    pointsOf(stores, 'headrace_job').map(point => (point as { time: number }).time),
    [start + 15_000],
  )
})

test('what the store refuses is trouble too', async () => {
  const reject = { code: 'HR_VALUE_REFUSED', message: 'not these', value: new Uint8Array(), time: 0 } as const
  const { clock, notes, telemetry } = telemetryTo({
    openWriter: async () => ({ write: () => {}, flush: async () => [reject], close: () => {} }),
  })
  await pass(clock, 5000)
  assert.match(notes[0] ?? '', /^metrics are not written to their series: .*not these/)
  await telemetry.close()
})

test('a store that does not answer holds up neither the points that follow nor the end', async () => {
  let writes = 0
  const { clock, notes, telemetry } = telemetryTo({
    openWriter: async () => ({
      write: () => void writes++,
      flush: () => new Promise<never>(() => {}),
      close: () => {},
    }),
  })
  for (let turn = 0; turn < 5; turn++) await pass(clock, 5000)
  assert.equal(writes, 1)
  const closing = telemetry.close()
  await pass(clock, 5000)
  await closing
  assert.deepEqual(notes, [])
})
