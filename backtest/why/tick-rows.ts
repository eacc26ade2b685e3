import type { Batch } from '../../engine/batch/batch.ts'
import type { InputLineage } from '../../engine/lineage.ts'
import type { Fate } from './explanation.ts'
import { rowText, seenRow } from './row-text.ts'
import { hasSame } from './step-keys.ts'
import type { StepRows, Wanted } from './step-rows.ts'
import type { TickTrace } from './tick-trace.ts'

/** A row of the tick that concerns rows that are asked of. */
export interface Pending {
  readonly batch: Batch
  readonly row: number
  readonly input: number
  /** What it goes back to. */
  readonly origin: number
  /** Where its fate was decided. */
  readonly step: string
  readonly fates: Map<Wanted, Fate>
}

/** Sorts out one tick: what the step took, was too late, was rejected, fell out before, and what it computed. */
export class TickRows {
  readonly pending: Pending[] = []
  readonly computed: { readonly wanted: Wanted; readonly batch: Batch; readonly row: number }[] = []
  private readonly of: StepRows
  private readonly trace: TickTrace
  private readonly byOrigin = new Map<number, Pending[]>()

  constructor(of: StepRows, trace: TickTrace) {
    this.of = of
    this.trace = trace
  }

  read(): void {
    const node = this.trace.nodes.get(this.of.id)
    for (const { batch, input } of node?.took ?? []) this.take(batch, input)
    for (const { batch, input } of node?.late ?? []) this.late(batch, input)
    for (const { batch, row } of node?.rejected ?? []) this.reject(batch, row)
    for (const batch of node?.gave ?? []) this.findComputed(batch)
    this.countArrived()
    this.of.passed.forEach((steps, input) => {
      for (const step of steps) this.findDropped(step, input)
    })
    this.pending.splice(0, this.pending.length, ...this.pending.filter(({ fates }) => fates.size > 0))
  }

  private isFor({ task }: Wanted): boolean {
    return task === null || task === this.trace.task
  }

  private take(batch: Batch, input: number): void {
    const rule = this.of.lineage.inputs[input]
    const { time, watermark } = batch
    this.of.keys.taken(this.of.id, batch, input)?.each(batch, (row, wanted) => {
      for (const one of wanted) {
        if (!this.isFor(one) || !rule.within(one, time[row])) continue
        if (rule.same !== undefined && !hasSame(batch, row, rule.same, one.row)) continue
        const missed = rule.closesAt !== undefined && watermark[row] >= rule.closesAt(one)
        if (missed || !one.found) this.note(batch, row, input, this.of.id, one, missed ? 'missed' : 'taken')
      }
    })
  }

  private late(batch: Batch, input: number): void {
    const rule = this.of.lineage.inputs[input]
    const { within, near = within } = rule
    this.of.keys.taken(this.of.id, batch, input)?.each(batch, (row, wanted) => {
      const concerned = wanted.filter(one => this.isFor(one) && near(one, batch.time[row]))
      if (concerned.length === 0) return
      const known = this.byOrigin.get(batch.originOf(row))?.find(one => isOpen(one, input, concerned))
      known?.fates.clear()
      for (const one of concerned) this.note(batch, row, input, this.of.id, one, 'late')
    })
  }

  private reject(batch: Batch, row: number): void {
    const known = this.byOrigin.get(batch.originOf(row)) ?? []
    const same = known.find(one => one.batch === batch && one.row === row) ?? known.find(isTaken)
    if (same !== undefined) for (const wanted of same.fates.keys()) same.fates.set(wanted, 'rejected')
  }

  /** Finds the rows that are asked of: what came behind them is not in them. */
  private findComputed(batch: Batch): void {
    this.of.keys.computed(batch)?.each(batch, (row, wanted) => {
      for (const one of wanted) {
        if (one.found || !this.isFor(one)) continue
        const end = this.endOf(one, batch, row)
        if (!isAskedOf(one, batch, row)) continue
        this.computed.push({ wanted: one, batch, row })
        for (const { fates } of this.takenFor(one).slice(end)) fates.delete(one)
      }
    })
  }

  /** How many of the rows that the tick has brought were there when a row was computed. */
  private endOf(wanted: Wanted, batch: Batch, row: number): number {
    const { inputs, withCause } = this.of.lineage
    const taken = this.takenFor(wanted)
    const at = batch.causeOf(row)
    const before = taken.filter(one => one.batch.causeOf(one.row) < at).length
    if (!withCause) return before
    const end = taken.filter(one => one.batch.causeOf(one.row) <= at).length
    const [{ newest }] = inputs
    if (newest?.every === undefined) return end
    // Of several rows that one record was made into, any may have been the last one.
    const { arrived, filledAt } = wanted
    const due = (filledAt === null ? newest.rows : filledAt + 1 + newest.every) - arrived
    const filled = due > before && due <= end ? due : end
    wanted.filledAt = arrived + filled - 1
    return filled
  }

  /** Of what is counted in windows of so many rows. */
  private countArrived(): void {
    if (this.of.lineage.inputs[0].newest?.every === undefined) return
    for (const { fates } of this.pending) {
      for (const [one, fate] of fates) if (fate === 'taken') one.arrived++
    }
  }

  private takenFor(wanted: Wanted): Pending[] {
    return this.pending.filter(({ fates }) => fates.get(wanted) === 'taken')
  }

  private findDropped(step: string, input: number): void {
    const node = this.trace.nodes.get(step)
    if (node === undefined) return
    const rule = this.of.lineage.inputs[input]
    let given: ReadonlySet<number> | undefined
    for (const { batch } of node.took) {
      const keys = this.of.keys.taken(step, batch, input)
      if (keys === null) this.of.unknown.add(step)
      keys?.each(batch, (row, wanted) => {
        const concerned = wanted.filter(one => this.isFor(one) && concerns(rule, one, batch.time[row]))
        if (concerned.length === 0) return
        given ??= new Set(node.gave.flatMap(originsOf))
        const origin = batch.originOf(row)
        if (given.has(origin)) return
        const is = (other: Batch, at: number) => other.originOf(at) === origin
        const late = node.late.some(({ batch: other }) => originsOf(other).includes(origin))
        const rejected = node.rejected.some(({ batch: other, row: at }) => is(other, at))
        const fate = late ? 'late' : rejected ? 'rejected' : 'dropped'
        for (const one of concerned) this.note(batch, row, input, step, one, fate)
      })
    }
  }

  private note(batch: Batch, row: number, input: number, step: string, wanted: Wanted, fate: Fate): void {
    const origin = batch.originOf(row)
    const known = this.byOrigin.get(origin) ?? []
    let one = known.find(other => other.batch === batch && other.row === row && other.step === step)
    if (one === undefined) {
      one = { batch, row, input, origin, step, fates: new Map() }
      this.byOrigin.set(origin, known)
      known.push(one)
      this.pending.push(one)
    }
    one.fates.set(wanted, fate)
  }
}

/** Rows of no certain time are of interest until what is asked of was computed. */
function concerns(rule: InputLineage, wanted: Wanted, time: number): boolean {
  return rule.within(wanted, time) && (!wanted.found || rule.newest === undefined)
}

function isAskedOf(wanted: Wanted, batch: Batch, row: number): boolean {
  if (wanted.text !== null)
    return batch.time[row] === wanted.time && rowText(seenRow(batch, row)) === wanted.text
  return seenRow(batch, row).row.windowStart === wanted.row.windowStart
}

function isOpen({ input, fates }: Pending, of: number, concerned: readonly Wanted[]): boolean {
  return (
    input === of &&
    fates.size > 0 &&
    [...fates].every(([one, fate]) => fate !== 'late' && concerned.includes(one))
  )
}

function isTaken({ fates }: Pending): boolean {
  return [...fates.values()].includes('taken')
}

function originsOf(batch: Batch): number[] {
  return Array.from({ length: batch.rows }, (_, row) => batch.originOf(row))
}
