import type { Batch } from '../../engine/batch/batch.ts'
import type { Row } from '../../engine/batch/schema.ts'
import {
  boolean,
  double,
  long,
  makeSchema,
  nullable,
  oneOf,
  record,
  string,
  timestamp,
} from '../../engine/batch/schema.ts'
import { columnOfValues } from '../../engine/batch/value-columns.ts'
import type { ResultMark } from '../window/results.ts'
import { windowBatch } from '../window/results.ts'
import { driftTests } from './options.ts'
import type { Stretch } from './stretches.ts'
import type { WatchedField } from './watched-field.ts'

/** What `drift` gives: a row for each field, test and stretch. */
export const DriftStatistic = record('DriftStatistic', {
  step: string(),
  field: string(),
  test: oneOf('DriftTest', driftTests),
  windowStart: timestamp(),
  windowEnd: timestamp(),
  statistic: double(),
  /** Above it there is an alarm. */
  threshold: double(),
  /** How likely the statistic is by chance, where that can be said. */
  pValue: nullable(double()),
  /** Values of the field in the stretch. */
  rows: long(),
  alarm: boolean(),
  /** Event time and number, from 0, of the row at which a test that goes row by row raised its first alarm. */
  alarmTime: nullable(timestamp()),
  alarmRow: nullable(long()),
  /** The version of the reference. */
  reference: string(),
})
export type DriftStatistic = Row<typeof DriftStatistic>

/** The schema under which a step emits them. */
export const statisticSchema = (step: string) => makeSchema(step, DriftStatistic.fields)

/** The rows of a stretch that is over. */
export function statisticsBatch(
  schema: ReturnType<typeof statisticSchema>,
  mark: ResultMark,
  stretch: Stretch,
  fields: readonly WatchedField[],
  reference: string,
): Batch {
  const { start: windowStart, end: windowEnd } = stretch
  const rows = fields.flatMap((field, nth) => {
    const part = stretch.parts[nth]
    return field.findings(part).map(finding => ({
      ...finding,
      step: schema.name,
      field: field.name,
      rows: part.values,
      reference,
    }))
  })
  const column = (name: string) =>
    columnOfValues(
      schema.fields[name],
      rows.map(row => row[name as keyof typeof row]),
      mark.tick.arena,
    )
  const keys = ['step', 'field', 'test'].map(column)
  const others = schema.names.slice(keys.length + 2).map(column)
  return windowBatch(schema, mark, { windowStart, windowEnd }, rows.length, keys, others)
}
