import type { FeatureStore } from '../../engine/stores/feature-store.ts'
import { viewSpec } from '../../engine/stores/feature-view.ts'
import { calibrate } from '../calibration.ts'
import { round } from '../workloads.ts'
import { entityOf, nameOf, rowsOf, schema, valuesOf, view } from './rows.ts'

const ROWS_A_BATCH = 8192
const BATCHES_A_COMMIT = 8
const SAMPLE = 1000

export interface WriteResult {
  readonly suite: 'features'
  readonly what: 'write'
  readonly store: string
  readonly N: number
  readonly entities: number
  readonly fields: number
  readonly wallSeconds: number
  readonly cpuSecondsMeasured: number
  readonly rowsPerSecond: number
  readonly rowsPerCpuSecond: number
  readonly calibration: number
  readonly ok: boolean
}

/** Writes rows as a task does, with a flush where it would commit; then checks that a replay changes nothing. */
export async function measureWrites(
  store: FeatureStore,
  name: string,
  rows: number,
  entities: number,
): Promise<WriteResult> {
  const writer = await store.openWriter(viewSpec(view), schema, { job: 'bench', step: 'features' })
  const since = Date.now() - rows / 100
  const batches = Math.ceil(rows / ROWS_A_BATCH)
  const made = (batch: number) =>
    rowsOf(batch * ROWS_A_BATCH, Math.min(ROWS_A_BATCH, rows - batch * ROWS_A_BATCH), entities, since)
  const calibration = calibrate()
  let [wall, cpu] = [0, 0]
  // Making rows is no work of the store: so many are made, then the clock runs while they are written.
  for (let batch = 0; batch < batches; batch += BATCHES_A_COMMIT) {
    const ready = Array.from({ length: Math.min(BATCHES_A_COMMIT, batches - batch) }, (_, k) =>
      made(batch + k),
    )
    const [start, before] = [performance.now(), process.cpuUsage()]
    for (const one of ready) await writer.write(one)
    await writer.flush()
    const used = process.cpuUsage(before)
    wall += (performance.now() - start) / 1000
    cpu += (used.user + used.system) / 1e6
  }
  await writer.write(made(0))
  await writer.flush()
  writer.close()
  return {
    suite: 'features',
    what: 'write',
    store: name,
    N: rows,
    entities,
    fields: Object.keys(view.fields).length,
    wallSeconds: round(wall),
    cpuSecondsMeasured: round(cpu),
    rowsPerSecond: Math.round(rows / wall),
    rowsPerCpuSecond: Math.round(rows / cpu),
    calibration,
    ok: await isNewest(store, rows, entities),
  }
}

/** Whether some entities have the values of their last rows. */
async function isNewest(store: FeatureStore, rows: number, entities: number): Promise<boolean> {
  const last = new Map<string, number>()
  for (let row = rows - 1; row >= 0 && last.size < Math.min(SAMPLE, entities); row--) {
    const name = nameOf(entityOf(row, entities))
    if (!last.has(name)) last.set(name, row)
  }
  const answer = await store.get({ view: view.name, version: view.version, entities: [...last.keys()] })
  const wanted = [...last.values()].map(row => Object.values(valuesOf(row)))
  return wanted.every((values, k) => values.every((value, field) => answer.rows[k][field].value === value))
}
