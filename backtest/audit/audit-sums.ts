import type { AuditEntry, InputAudit, StepAudit, WindowAudit } from '../../engine/audit/audit-entry.ts'
import { HeadraceError } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import { Stretches } from './stretches.ts'

/** What an input has read of one partition. */
export interface InputSum {
  readonly id: string
  readonly topic: string
  readonly partition: number
  readonly isBetween: boolean
  /** Which offsets it has read. */
  readonly offsets: Stretches
  read: number
  passed: number
  rejected: number
}

export type StepSum = { -readonly [K in keyof StepAudit]: StepAudit[K] }

export interface WindowSum {
  read: number
  used: number
  late: number
  rejected: number
}

/** What the windows of a step have counted. */
export interface WindowsSum extends Pick<WindowAudit, 'id' | 'lengthMs' | 'by'> {
  readonly all: WindowSum
  /** Those that were asked for, by start. */
  readonly each: Map<number, WindowSum>
  /** Starts of windows with rows that came and of which nobody says what became of them. */
  readonly unbalanced: Set<number>
}

/** Which windows are kept one by one, by their start; all are in the sums. */
export interface WindowRange {
  readonly from: number
  readonly until: number
}

export const everyWindow: WindowRange = { from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY }

/** Adds up the entries of an audit, in any order. */
export class AuditSums {
  entries = 0
  readonly inputs = new Map<string, InputSum>()
  readonly steps = new Map<string, StepSum>()
  readonly windows = new Map<string, WindowsSum>()
  private readonly range: WindowRange | null
  private kept = 0

  /** Without a range no window is kept. */
  constructor(range: WindowRange | null) {
    this.range = range
  }

  add({ inputs, steps, windows }: AuditEntry): void {
    this.entries++
    for (const input of inputs) this.addInput(input)
    for (const step of steps) this.addStep(step)
    for (const one of windows) this.addWindows(one)
  }

  private addInput({
    id,
    topic,
    partition,
    isBetween,
    from,
    until,
    read,
    passed,
    rejected,
  }: InputAudit): void {
    const sum = this.inputs.getOrInsertComputed(`${id} ${topic} ${partition}`, () => {
      return { id, topic, partition, isBetween, offsets: new Stretches(), read: 0, passed: 0, rejected: 0 }
    })
    sum.offsets.add(from, until)
    sum.read += read
    sum.passed += passed
    sum.rejected += rejected
  }

  private addStep({ id, kind, in: taken, out, late, rejected }: StepAudit): void {
    const sum = this.steps.getOrInsertComputed(id, () => {
      return { id, kind, in: 0, out: 0, late: 0, rejected: 0 }
    })
    sum.in += taken
    sum.out += out
    sum.late += late
    sum.rejected += rejected
  }

  private addWindows({ id, lengthMs, by, counts }: WindowAudit): void {
    const sum = this.windows.getOrInsertComputed(id, () => {
      return { id, lengthMs, by, all: noRows(), each: new Map(), unbalanced: new Set() }
    })
    for (const [start, read, used, late, rejected] of counts) {
      const some = { read, used, late, rejected }
      plus(sum.all, some)
      if (read !== used + late + rejected && sum.unbalanced.size < limits.auditComplaints)
        sum.unbalanced.add(start)
      if (this.range !== null && start >= this.range.from && start < this.range.until)
        this.keep(sum, start, some)
    }
  }

  private keep({ id, each }: WindowsSum, start: number, some: WindowSum): void {
    const window = each.getOrInsertComputed(start, () => {
      this.kept++
      return noRows()
    })
    plus(window, some)
    if (this.kept <= limits.auditListed) return
    const message = `the audit has more than ${limits.auditListed} windows: name fewer with --from and --until`
    throw new HeadraceError('HR_USAGE', message, { step: id })
  }
}

function noRows(): WindowSum {
  return { read: 0, used: 0, late: 0, rejected: 0 }
}

function plus(sum: WindowSum, { read, used, late, rejected }: WindowSum): void {
  sum.read += read
  sum.used += used
  sum.late += late
  sum.rejected += rejected
}
