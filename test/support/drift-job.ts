import { BatchArena } from '../../engine/batch/arena.ts'
import {
  boolean,
  double,
  int,
  job,
  late,
  nullable,
  oneOf,
  record,
  sink,
  source,
  string,
  timestamp,
  topic,
} from '../../engine/index.ts'
import { ReferenceSample } from '../../operators/drift/reference-sample.ts'
import type { DriftOptions, Reference } from '../../operators/index.ts'
import { DriftAlarm, DriftStatistic, drift, driftAlarms } from '../../operators/index.ts'
import { batchOf } from './batch-of.ts'
import { normal } from './naive-drift.ts'
import { randomFrom } from './random.ts'

const lateness = 20
export const Reading = record('Reading', {
  at: timestamp(),
  value: double(),
  steps: nullable(int()),
  kind: oneOf('Kind', ['view', 'cart', 'buy']),
  page: nullable(string()),
  mobile: boolean(),
})
export type Reading = {
  at: number
  value: number
  steps: number | null
  kind: string
  page: string | null
  mobile: boolean
}
export const readings = topic('readings', Reading, { time: 'at', lateness })
export const statistics = topic('statistics', DriftStatistic)
const alarms = topic('alarms', DriftAlarm)
const missed = topic('missed', Reading)

export const driftJob = (options: DriftOptions<(typeof Reading)['$type'] & Reading>) =>
  job('drifting', () => {
    const rows = source('readings', readings)
    const found = rows.pipe(drift('watch', options as never))
    found.pipe(sink('statistics', statistics))
    found.pipe(driftAlarms(), sink('alarms', alarms))
    late('watch', rows).pipe(sink('missed', missed))
  })

export const fields = ['value', 'steps', 'kind', 'page', 'mobile'] as const

/** Rows that come in about the order of their times; from `shiftedFrom` on all of them are other ones. */
export function rowsOf(
  seed: number,
  count: number,
  shiftedFrom = Number.POSITIVE_INFINITY,
  disorder = 0,
): Reading[] {
  const random = randomFrom(seed)
  return Array.from({ length: count }, (_, row) => {
    const isShifted = row >= shiftedFrom
    return {
      at: Math.max(0, row - Math.floor(random() * disorder)),
      value: normal(random) + (isShifted ? 2 : 0),
      steps: random() < 0.1 ? null : Math.floor(random() * (isShifted ? 4 : 8)),
      kind: ['view', 'cart', 'buy'][Math.floor(random() ** (isShifted ? 1 : 2) * 3)] as string,
      page: random() < 0.2 ? null : `/${Math.floor(random() * (isShifted ? 9 : 4))}`,
      mobile: random() < (isShifted ? 0.8 : 0.4),
    }
  })
}

export function referenceOf(rows: readonly Reading[]): Reference {
  const sample = new ReferenceSample(Reading, fields, 'watch')
  sample.take(batchOf(Reading, rows, new BatchArena()), rows.length)
  return sample.reference()
}

/** What it looked like when all was well. */
export const calm: Reference = referenceOf(rowsOf(1, 5000))
