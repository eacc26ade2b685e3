import { BatchArena } from '../batch/arena.ts'
import { cursorFor } from '../batch/cursor.ts'
import { mapLoop } from '../batch/loops.ts'
import { batchOfRows } from '../batch/rows-batch.ts'
import { Build } from '../graph/build.ts'
import { LiveContext } from '../graph/step-context.ts'
import type { JobHome } from '../home.ts'
import type { TopicSpec } from '../topic.ts'
import { TopicOutput } from './output.ts'

type Appending = Pick<JobHome, 'append'>

/** Writes plain row objects to a topic as a job's sink would: for tests, generators and the command line. */
export class RowWriter {
  private readonly output: TopicOutput
  private readonly spec: TopicSpec
  private readonly arena = new BatchArena()
  private readonly timeOf: (rows: readonly unknown[]) => Float64Array

  constructor(
    spec: TopicSpec,
    time: string | ((row: never) => number) | null,
    partitions: number,
    home: Appending,
  ) {
    this.spec = spec
    const context = new LiveContext(spec.name, new Build('row-writer', 'fail'), () => {})
    const parts = { spec, partitions, taskPartition: 0, home: home as JobHome, context, job: 'row-writer' }
    this.output = new TopicOutput(parts)
    this.output.open(spec.schema)
    this.timeOf = rows => this.times(rows, time)
  }

  /** Writes rows; without `times` each gets its event time, or 0 where the topic has none. */
  write(rows: readonly unknown[], times?: readonly number[]): void {
    const time = times === undefined ? this.timeOf(rows) : Float64Array.from(times)
    this.output.write(batchOfRows(this.spec.schema, rows, time, this.arena))
    this.arena.reset()
  }

  flush(): void | Promise<void> {
    return this.output.flush()
  }

  close(): void {
    this.arena.close()
  }

  private times(rows: readonly unknown[], time: string | ((row: never) => number) | null): Float64Array {
    const out = new Float64Array(rows.length)
    if (time === null) return out
    if (typeof time === 'string')
      return Float64Array.from(rows, row => (row as Record<string, number>)[time] ?? 0)
    const cursor = cursorFor(this.spec.schema)
    cursor.$bind(batchOfRows(this.spec.schema, rows, out, this.arena))
    mapLoop(`${this.spec.name}.time`, time as (row: unknown) => number)(cursor, rows.length, out, () => {})
    return Float64Array.from(out, value => (Number.isFinite(value) ? value : 0))
  }
}
