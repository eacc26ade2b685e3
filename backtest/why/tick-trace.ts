import type { Batch } from '../../engine/batch/batch.ts'
import type { Tick } from '../../engine/batch/tick.ts'
import type { Origin } from './explanation.ts'
import { seenRow } from './row-text.ts'

export interface Taken {
  readonly batch: Batch
  readonly input: number
}

export interface One {
  readonly batch: Batch
  readonly row: number
}

/** What a node did in a tick. */
export class NodeTrace {
  readonly took: Taken[] = []
  readonly gave: Batch[] = []
  readonly late: Taken[] = []
  readonly rejected: One[] = []
}

/** Rows that a step computed in a tick: their numbers go on behind those of the tick's rows. */
interface Computed {
  readonly first: number
  readonly step: string
  readonly batch: Batch
}

/** All that the watched nodes of a task did in one tick; valid until its end. */
export class TickTrace {
  readonly task: string
  readonly nodes = new Map<string, NodeTrace>()
  /** Of ticks, so that what came first can be told. */
  readonly number: number
  /** The repartition that writes what an input reads, by the input. */
  private readonly stages: ReadonlyMap<string, string>
  private readonly computed: Computed[] = []
  private next = -1
  private began: { readonly input: string; readonly batch: Batch } | undefined

  constructor(task: string, number: number, stages: ReadonlyMap<string, string>) {
    this.task = task
    this.number = number
    this.stages = stages
  }

  node(id: string): NodeTrace {
    let node = this.nodes.get(id)
    if (node === undefined) {
      node = new NodeTrace()
      this.nodes.set(id, node)
    }
    return node
  }

  begin(input: string, batch: Batch): void {
    this.began = { input, batch }
  }

  /** Numbers the rows that a step has computed. */
  compute(step: string, batch: Batch): void {
    const { tick, rows } = batch
    const first = this.next < 0 ? tick.rows : this.next
    this.next = first + rows
    this.computed.push({ first, step, batch })
    batch.trail = Int32Array.from({ length: rows }, (_, row) => first + row)
  }

  /** Undefined where nobody has seen how the row was made. */
  origin(number: number, tick: Tick): Origin | undefined {
    if (number < tick.rows) return this.read(number, tick)
    const found = this.computed.findLast(({ first }) => first <= number)
    if (found === undefined) return undefined
    return { from: 'step', step: found.step, computed: seenRow(found.batch, number - found.first) }
  }

  private read(at: number, tick: Tick): Origin | undefined {
    if (this.began === undefined) return undefined
    const { input, batch } = this.began
    const row = batch.at === null ? at : batch.at.indexOf(at)
    if (row < 0) return undefined
    const seen = seenRow(batch, row)
    const repartition = this.stages.get(input)
    if (repartition !== undefined) return { from: 'stage', repartition, computed: seen }
    const { topic, partition, offset, recordTime } = tick
    const place = { topic, partition, offset: offset[at], timestamp: recordTime[at] }
    return { from: 'record', record: { source: input, ...place, ...seen } }
  }
}
