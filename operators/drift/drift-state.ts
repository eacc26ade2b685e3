import { adoptShape } from '../../engine/state/adopt-shape.ts'
import type { StateReader, StateWriter } from '../../engine/state/blob/blob.ts'
import type { StateTable } from '../../engine/state/blob/blob-table.ts'
import type { StateShape, StepState } from '../../engine/step.ts'
import type { DriftWatch } from './drift-watch.ts'
import type { Peak } from './field-part.ts'
import type { DriftSettings } from './options.ts'
import { driftTests } from './options.ts'
import type { Reference } from './reference.ts'
import type { ReferenceSample } from './reference-sample.ts'
import { readSample, SampleWriter } from './sample-blob.ts'

/** What the state belongs to: a step that gathers rows for its reference, or one that compares. */
export interface DriftHolder {
  readonly sample: ReferenceSample | null
  readonly watch: DriftWatch | null
  /** Ends the gathering. */
  compareTo(reference: Reference): void
}

/** How open stretches, and what tests carry from row to row, are stored: all of it each time, as it is small. */
export class DriftState implements StepState {
  readonly shape: StateShape
  private readonly step: string
  private readonly holder: DriftHolder
  private readonly samples = new SampleWriter()
  private stored: StateShape
  /** A reference that was captured is in the job, one of the first rows only here. */
  private readonly keepsReference: boolean
  private referenceStored = false

  constructor(step: string, { fields, tests, every, reference, first }: DriftSettings, holder: DriftHolder) {
    const given = reference === null ? `first ${first}` : `reference ${reference.version}`
    const run = driftTests.filter(test => tests[test]).join(' ')
    const parts = Object.fromEntries(fields.map(name => [name, `${run}, ${given}`]))
    this.shape = { operator: 'drift', version: 1, options: { every: every.size, unit: every.unit }, parts }
    this.step = step
    this.holder = holder
    this.keepsReference = reference === null
    this.stored = this.shape
  }

  adopt(stored: StateShape): { dropped: string[]; added: string[] } {
    const changes = adoptShape(this.step, this.shape, stored)
    this.stored = stored
    return changes
  }

  write(writer: StateWriter, mode: 'snapshot' | 'delta'): void {
    const { sample, watch } = this.holder
    if (sample !== null) this.samples.write(writer, sample, mode)
    if (watch === null) return
    if (this.keepsReference && (mode === 'snapshot' || !this.referenceStored)) {
      writer.table('reference', 1).json('reference', watch.reference)
      this.referenceStored = true
    }
    writeStretches(writer, watch)
    writer.table('rows', 1).f64('seen', Float64Array.of(watch.seen))
    for (const { name, saved } of watch.fields.flatMap(carried)) writer.f64(name, saved, saved.length)
  }

  read(reader: StateReader): void {
    const { sample } = this.holder
    const reference = reader.table('reference')?.json('reference')
    if (sample !== null && reference !== undefined) this.holder.compareTo(reference as Reference)
    else if (sample !== null) readSample(reader, sample)
    const { watch } = this.holder
    const rows = reader.table('rows')
    const stretches = reader.table('stretches')
    if (watch === null || rows === undefined || stretches === undefined) return
    watch.seen = rows.f64('seen')?.[0] ?? 0
    const kept = watch.fields.map(({ name }) => this.stored.parts?.[name] === this.shape.parts?.[name])
    watch.fields.forEach((field, nth) => {
      for (const test of kept[nth] ? carriers : []) {
        const saved = rows.f64(`${test} ${field.name}`)
        if (saved !== undefined) field.restore(test, saved)
      }
    })
    readStretches(stretches, watch, kept)
  }
}

const carriers = ['adwin', 'pageHinkley'] as const

function carried(field: DriftWatch['fields'][number]): { name: string; saved: Float64Array }[] {
  return carriers.flatMap(test => {
    const saved = field.saved(test)
    return saved === undefined ? [] : [{ name: `${test} ${field.name}`, saved }]
  })
}

function writeStretches(writer: StateWriter, { fields, stretches: { open } }: DriftWatch): void {
  const column = (value: (stretch: (typeof open)[number]) => number) => Float64Array.from(open, value)
  writer
    .table('stretches', open.length)
    .f64(
      'start',
      column(({ start }) => start),
    )
    .f64(
      'end',
      column(({ end }) => end),
    )
    .f64(
      'rows',
      column(({ rows }) => rows),
    )
  fields.forEach(({ name, bins }, nth) => {
    const parts = open.map(stretch => stretch.parts[nth])
    const counts = new Int32Array(open.length * bins)
    for (const [at, part] of parts.entries()) counts.set(part.counts, at * bins)
    writer.i32(`counts ${name}`, counts, bins)
    writer.f64(
      `values ${name}`,
      Float64Array.from(parts, ({ values }) => values),
    )
    for (const test of carriers) {
      const peaks = parts.flatMap(({ [test]: { value, row, time } }) => [value, row, time])
      writer.f64(`${test} ${name}`, Float64Array.from(peaks), 3)
    }
  })
}

function readStretches(table: StateTable, { fields, stretches }: DriftWatch, kept: readonly boolean[]): void {
  stretches.open = []
  for (let at = 0; at < table.rows; at++) {
    const number = (column: string) => table.f64(column)?.[at] ?? 0
    const stretch = stretches.begin(number('start'), number('end'))
    stretch.rows = number('rows')
    fields.forEach(({ name, bins }, nth) => {
      const counts = table.i32(`counts ${name}`)
      if (!kept[nth] || counts === undefined) return
      const part = stretch.parts[nth]
      part.counts.set(counts.subarray(at * bins, (at + 1) * bins))
      part.values = number(`values ${name}`)
      for (const test of carriers) readPeak(part[test], table.f64(`${test} ${name}`)?.subarray(at * 3))
    })
  }
}

function readPeak(peak: Peak, saved: Float64Array | undefined): void {
  if (saved === undefined) return
  peak.value = saved[0]
  peak.row = saved[1]
  peak.time = saved[2]
}
