import { BatchArena } from '../../engine/batch/arena.ts'
import { batchOfRows } from '../../engine/batch/rows-batch.ts'
import { HeadraceError } from '../../engine/errors.ts'
import type { Series } from '../../engine/stores/series.ts'
import { seriesSpec } from '../../engine/stores/series.ts'
import type { Stores, StoreWriter } from '../../engine/stores/stores.ts'
import type { SeriesRows } from './job-series.ts'

export type SeriesTarget = Pick<Stores, 'openWriter'>

/** Writes rows of plain objects to series, each of which is opened when there is something for it. */
export class SeriesPointWriter {
  private readonly stores: SeriesTarget
  private readonly job: string
  private readonly writers = new Map<string, StoreWriter>()
  private readonly arena = new BatchArena()

  constructor(stores: SeriesTarget, job: string) {
    this.stores = stores
    this.job = job
  }

  /** Resolves when the store has all of them. */
  async write(points: readonly SeriesRows[]): Promise<void> {
    for (const { series, rows } of points) {
      if (rows.length === 0) continue
      const writer = this.writers.get(series.name) ?? (await this.open(series))
      const zeros = new Float64Array(rows.length)
      const batch = batchOfRows(series.schema, rows, zeros, this.arena)
      const columns = series.schema.names.map((_, index) => batch.column(index))
      await writer.write({ rows: rows.length, columns, time: zeros, position: zeros })
    }
    const refused = await Promise.all([...this.writers.values()].map(writer => writer.flush()))
    this.arena.reset()
    const [first] = refused.flat()
    if (first) throw new HeadraceError(first.code, first.message, { job: this.job })
  }

  close(): void {
    for (const writer of this.writers.values()) writer.close()
    this.arena.close()
  }

  private async open(series: Series): Promise<StoreWriter> {
    const place = { job: this.job, step: series.name }
    const writer = await this.stores.openWriter(seriesSpec(series), series.schema, place)
    this.writers.set(series.name, writer)
    return writer
  }
}
