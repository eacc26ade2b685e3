import type { Schema } from '../../engine/batch/schema.ts'
import { readValue } from '../../engine/batch/values.ts'
import { limits } from '../../engine/limits.ts'
import type { BothSides } from '../diff/difference.ts'
import type { SideName } from '../diff/side.ts'
import type { DecodedRows } from '../diff/staging.ts'
import type { Labels } from './labels.ts'

const dayMs = 86_400_000

export interface AlarmOptions {
  readonly schema: Schema
  /** The column of the score; without one each row is an alarm. */
  readonly score: string | undefined
  /** From which score on a row is an alarm. */
  readonly thresholds: BothSides<number>
}

/** How good the alarms of one side are. Shares are null where there is nothing to divide by. */
export interface AlarmFigures {
  readonly alarms: number
  /** Alarms that have no label. */
  readonly falseAlarms: number
  /** Labels that have an alarm. */
  readonly found: number
  readonly missed: number
  /** The share of alarms that have a label. */
  readonly precision: number | null
  /** The share of labels that have an alarm. */
  readonly recall: number | null
  readonly f1: number | null
  /** Over all days from that of the first row of either side to that of the last. */
  readonly perDay: number | null
  /** Of the first days that had some, up to a limit. */
  readonly byDay: readonly { readonly day: string; readonly alarms: number }[]
}

/** Judges the alarms of both sides by labels. */
export class LabelJudge {
  private readonly options: AlarmOptions
  private readonly labels: Labels
  private readonly keyColumns: readonly number[]
  private readonly scoreColumn: number
  private firstDay = Number.POSITIVE_INFINITY
  private lastDay = Number.NEGATIVE_INFINITY
  private readonly alarms: BothSides<Alarms>

  constructor(options: AlarmOptions, labels: Labels) {
    const { schema, score } = options
    this.options = options
    this.labels = labels
    this.keyColumns = labels.key.map(name => schema.names.indexOf(name))
    this.scoreColumn = score === undefined ? -1 : schema.names.indexOf(score)
    this.alarms = { a: new Alarms(labels.size), b: new Alarms(labels.size) }
  }

  see(side: SideName, rows: DecodedRows): void {
    const { count, time, skipped } = rows
    const threshold = this.options.thresholds[side]
    for (let row = 0; row < count; row++) {
      if (skipped[row] !== 0) continue
      const day = Math.floor(time[row] / dayMs)
      this.firstDay = Math.min(this.firstDay, day)
      this.lastDay = Math.max(this.lastDay, day)
      if (this.isAlarm(rows, row, threshold)) this.alarms[side].add(this.labelOf(rows, row), day)
    }
  }

  figures(): BothSides<AlarmFigures> {
    const days = Math.max(0, this.lastDay - this.firstDay + 1)
    return { a: this.alarms.a.figures(days), b: this.alarms.b.figures(days) }
  }

  private isAlarm({ columns }: DecodedRows, row: number, threshold: number): boolean {
    if (this.scoreColumn < 0) return true
    const { values, nulls } = columns[this.scoreColumn] as { values: Float64Array; nulls: Uint8Array | null }
    return (nulls === null || nulls[row] === 0) && values[row] >= threshold
  }

  private labelOf({ columns }: DecodedRows, row: number): number {
    const { schema } = this.options
    const values = this.keyColumns.map(column => {
      return readValue(schema.fields[schema.names[column]], columns[column], row)
    })
    return this.labels.find(values)
  }
}

/** Those of one side. */
class Alarms {
  private count = 0
  private right = 0
  private found = 0
  private readonly isFound: Uint8Array
  private readonly days = new Map<number, number>()

  constructor(labels: number) {
    this.isFound = new Uint8Array(labels)
  }

  /** The label is -1 where there is none. */
  add(label: number, day: number): void {
    this.count++
    if (label >= 0) {
      this.right++
      this.found += 1 - this.isFound[label]
      this.isFound[label] = 1
    }
    const before = this.days.get(day)
    if (before !== undefined || this.days.size < limits.diffBuckets) this.days.set(day, (before ?? 0) + 1)
  }

  figures(days: number): AlarmFigures {
    const { count, right, found, isFound } = this
    const precision = share(right, count)
    const recall = share(found, isFound.length)
    const isRated = precision !== null && recall !== null
    return {
      alarms: count,
      falseAlarms: count - right,
      found,
      missed: isFound.length - found,
      precision,
      recall,
      f1: isRated ? (share(2 * precision * recall, precision + recall) ?? 0) : null,
      perDay: share(count, days),
      byDay: [...this.days]
        .sort(([one], [other]) => one - other)
        .map(([day, alarms]) => ({ day: new Date(day * dayMs).toISOString().slice(0, 10), alarms })),
    }
  }
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole
}
