import type { StateReader, StateWriter } from '../../engine/state/blob/blob.ts'
import type { ReferenceSample } from './reference-sample.ts'

/** Writes the rows gathered for a reference: of numbers a delta has those that are new. */
export class SampleWriter {
  private readonly written = new Map<string, number>()

  write(writer: StateWriter, sample: ReferenceSample, mode: 'snapshot' | 'delta'): void {
    const { rows, from, to } = sample
    writer.table('sample', 1).f64('bounds', Float64Array.of(rows, from, to), 3)
    for (const [name, { counts, others }] of sample.categories) {
      writer.json(`counts ${name}`, { counts: [...counts], others })
    }
    for (const [name, numbers] of sample.numbers) {
      const values = numbers.from(mode === 'snapshot' ? 0 : (this.written.get(name) ?? 0))
      writer.table(`sample ${name}`, values.length).f64('value', values)
      this.written.set(name, numbers.count)
    }
  }
}

export function readSample(reader: StateReader, sample: ReferenceSample): void {
  const table = reader.table('sample')
  const bounds = table?.f64('bounds')
  if (table === undefined || bounds === undefined) return
  ;[sample.rows, sample.from, sample.to] = bounds
  for (const [name, categories] of sample.categories) {
    const saved = table.json(`counts ${name}`) as { counts: [string, number][]; others: number } | undefined
    categories.counts.clear()
    for (const [text, times] of saved?.counts ?? []) categories.counts.set(text, times)
    categories.others = saved?.others ?? 0
  }
  for (const [name, numbers] of sample.numbers) {
    const values = reader.table(`sample ${name}`)?.f64('value')
    if (values !== undefined) numbers.add(values, 0, values.length)
  }
}
