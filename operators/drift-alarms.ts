import type { OperatorFunction } from 'rxjs'
import { Batch } from '../engine/batch/batch.ts'
import type { Row } from '../engine/batch/schema.ts'
import { double, int, oneOf, record, string, timestamp } from '../engine/batch/schema.ts'
import { columnOfValues } from '../engine/batch/value-columns.ts'
import { readRows } from '../engine/batch/values.ts'
import { operator } from '../engine/graph/operator.ts'
import type { Lineage } from '../engine/lineage.ts'
import { sameNames } from '../engine/lineage.ts'
import { driftTests } from './drift/options.ts'
import type { DriftStatistic } from './drift/statistics.ts'

const severities = ['low', 'medium', 'high', 'critical'] as const

/** How far above its threshold a statistic is from each severity on. */
const severeFrom = [1, 1.5, 3, 6]

/** What `driftAlarms` gives: a row for each stretch with an alarm. */
export const DriftAlarm = record('DriftAlarm', {
  step: string(),
  windowStart: timestamp(),
  windowEnd: timestamp(),
  severity: oneOf('DriftSeverity', severities),
  /** The fields with an alarm, the one that moved most first. */
  fields: string(),
  /** The first of them, and the test that says so most clearly. */
  worst: string(),
  test: oneOf('DriftTest', driftTests),
  statistic: double(),
  threshold: double(),
  /** How many tests raised an alarm. */
  alarms: int(),
  /** The version of the reference. */
  reference: string(),
})
export type DriftAlarm = Row<typeof DriftAlarm>

const lineage: Lineage = {
  inputs: [{ key: sameNames(['step', 'windowStart', 'windowEnd']), within: () => true }],
  // Of these the ones that raised an alarm.
  exact: false,
  withCause: true,
}

/** Makes one event of all alarms of a stretch; reads what `drift` gives. */
export function driftAlarms(): OperatorFunction<Batch<DriftStatistic>, Batch<DriftAlarm>> {
  return operator<DriftStatistic, DriftAlarm>({
    kind: 'driftAlarms',
    id: null,
    start: (_schemas, context) => ({
      schema: DriftAlarm,
      lineage,
      push: batch => {
        // The rows of a stretch are one batch, but for those that were left out in between.
        const raised = readRows(batch).flatMap((row, nth) => (row.alarm ? [{ row, nth }] : []))
        const stretches = Map.groupBy(raised, ({ row: { step, windowStart, windowEnd } }) =>
          [windowStart, windowEnd, step].join(),
        )
        for (const stretch of stretches.values()) {
          const last = stretch.at(-1)
          if (last !== undefined)
            context.emit(alarmBatch(batch, last.nth, alarmOf(stretch.map(({ row }) => row))))
        }
      },
    }),
  })
}

function alarmOf(raised: readonly DriftStatistic[]): DriftAlarm {
  const sorted = raised.toSorted((a, b) => effectOf(b) - effectOf(a))
  const [worst] = sorted as [DriftStatistic]
  const { step, windowStart, windowEnd, field, test, statistic, threshold, reference } = worst
  const severity = severities[severeFrom.findLastIndex(from => effectOf(worst) >= from)] ?? 'low'
  const fields = [...new Set(sorted.map(row => row.field))].join(', ')
  const alarms = raised.length
  return {
    step,
    windowStart,
    windowEnd,
    severity,
    fields,
    worst: field,
    test,
    statistic,
    threshold,
    alarms,
    reference,
  }
}

/** On one scale: PSI grows with the square of what changes, the others with what changes. */
function effectOf({ test, statistic, threshold }: DriftStatistic): number {
  const times = statistic / threshold
  return test === 'psi' ? Math.sqrt(times) : times
}

/** A batch of one row, caused where row `nth` of another was. */
function alarmBatch(batch: Batch<DriftStatistic>, nth: number, alarm: DriftAlarm): Batch<DriftAlarm> {
  const { tick } = batch
  const columns = DriftAlarm.names.map(name =>
    columnOfValues(DriftAlarm.fields[name], [alarm[name as keyof DriftAlarm]], tick.arena),
  )
  const at = Int32Array.of(batch.causeOf(nth))
  const time = Float64Array.of(batch.time[nth])
  return new Batch(
    DriftAlarm,
    tick,
    1,
    at,
    { column: index => columns[index] },
    time,
    Float64Array.of(batch.watermark[nth]),
  )
}
