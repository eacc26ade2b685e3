import type { Observable } from 'rxjs'
import { Subject } from 'rxjs'
import { BatchArena } from '../../engine/batch/arena.ts'
import { Batch } from '../../engine/batch/batch.ts'
import type { Column, NumberColumn } from '../../engine/batch/columns.ts'
import { emptyBatch } from '../../engine/batch/empty.ts'
import type { Schema } from '../../engine/batch/schema.ts'
import { double, makeSchema } from '../../engine/batch/schema.ts'
import { Tick } from '../../engine/batch/tick.ts'
import { Build } from '../../engine/graph/build.ts'
import type { Model } from '../../engine/models/model.ts'
import type { ModelHome } from '../../engine/models/model-home.ts'
import { score } from '../../operators/index.ts'
import { featureNames } from './models.ts'

/** The operator without the types of its rows, which are known at run time only. */
type LooseScore = (id: string, model: Model) => (rows: Subject<Batch>) => Observable<Batch>

const schema = makeSchema('Rows', Object.fromEntries(featureNames.map(name => [name, double()])))

/** The operator in a graph of its own, given batches as a task gives them. */
export class LoneScore {
  /** Of the batch that was scored last, valid until the next one. */
  scores: Float64Array = new Float64Array(0)
  private readonly build: Build
  private readonly rows = new Subject<Batch>()
  private readonly arena = new BatchArena()

  static async open(model: Model, models: ModelHome): Promise<LoneScore> {
    const step = new LoneScore(model, models)
    for (const scorer of step.build.scorers) await scorer.open()
    return step
  }

  private constructor(model: Model, models: ModelHome) {
    this.build = new Build('bench', 'fail', { models })
    this.build.within(() => {
      const scored = (score as LooseScore)('score', model)(this.rows)
      scored.subscribe(batch => this.take(batch))
      this.rows.next(emptyBatch(schema as Schema, this.newTick(0)))
    })
    this.build.throwIfFailed()
  }

  async push(columns: readonly Column[], rows: number): Promise<void> {
    const tick = this.newTick(rows)
    const column = (index: number) => columns[index]
    this.rows.next(new Batch(schema, tick, rows, null, { column }))
    for (const step of this.build.stepsInOrder()) await step.advance(tick)
    this.build.throwIfFailed()
    this.arena.reset()
  }

  close(): void {
    for (const step of this.build.stepsInOrder()) step.close()
    this.arena.close()
  }

  private newTick(rows: number): Tick {
    const tick = new Tick(this.arena, 0, Number.NaN)
    tick.rows = rows
    return tick
  }

  private take(batch: Batch): void {
    if (batch.rows > 0) this.scores = (batch.named('score') as NumberColumn).values
  }
}
