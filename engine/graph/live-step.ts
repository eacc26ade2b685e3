import type { Batch } from '../batch/batch.ts'
import { emptyBatch } from '../batch/empty.ts'
import type { Schema } from '../batch/schema.ts'
import { signature } from '../batch/schema.ts'
import type { Tick } from '../batch/tick.ts'
import { HeadraceError, messageOf } from '../errors.ts'
import type { RunningStep, StepDefinition } from '../step.ts'
import type { Build } from './build.ts'
import { LiveContext } from './step-context.ts'

/** A step in a task: starts when the schemas of all inputs are known, guards what goes in and out. */
export class LiveStep {
  readonly id: string
  readonly kind: string
  readonly context: LiveContext
  private readonly definition: StepDefinition<unknown, unknown>
  private readonly schemas: (Schema | undefined)[]
  private readonly build: Build
  private step: RunningStep<unknown, unknown> | undefined

  constructor(
    definition: StepDefinition<never, never>,
    id: string,
    inputs: number,
    build: Build,
    emit: (batch: Batch) => void,
  ) {
    this.definition = definition as StepDefinition<unknown, unknown>
    this.id = id
    this.kind = definition.kind
    this.build = build
    this.schemas = new Array(inputs).fill(undefined)
    this.context = new LiveContext(id, build, emit)
  }

  /** The running step; undefined until every input has told its schema. */
  get running(): RunningStep<unknown, unknown> | undefined {
    return this.step
  }

  push(batch: Batch, input: number): void {
    try {
      if (this.step === undefined) this.learn(batch, input)
      else if (batch.schema !== this.schemas[input]) this.compare(batch.schema, input)
      if (batch.rows === 0 || this.step === undefined) return
      this.context.counters.in += batch.rows
      this.context.watch?.took?.(batch, input)
      this.step.push(batch, input)
    } catch (error) {
      this.build.fail(this.failure(error))
    }
  }

  advance(tick: Tick): void | Promise<void> {
    try {
      return this.step?.advance?.(tick)?.catch(error => {
        throw this.failure(error)
      })
    } catch (error) {
      throw this.failure(error)
    }
  }

  close(): void {
    this.step?.close?.()
  }

  private learn(batch: Batch, input: number): void {
    const known = this.schemas[input]
    if (known !== undefined && known !== batch.schema) this.compare(batch.schema, input)
    this.schemas[input] = batch.schema
    if (this.schemas.includes(undefined)) return
    this.step = this.definition.start(this.schemas as Schema[], this.context)
    this.context.started(this.schemas as Schema[], batch.tick)
    this.context.prime(emptyBatch(this.step.schema, batch.tick))
  }

  private failure(error: unknown): HeadraceError {
    const place = { job: this.build.job, step: this.id }
    if (!(error instanceof HeadraceError)) {
      return new HeadraceError('HR_STEP_FAILED', messageOf(error), { ...place, cause: error })
    }
    return error.place.step === undefined ? error.within(place) : error
  }

  private compare(schema: Schema, input: number): void {
    const known = this.schemas[input] as Schema
    const same = schema.names.join() === known.names.join() && signature(schema) === signature(known)
    if (!same) {
      const message = `it began with ${describe(known)} and now gets ${describe(schema)}`
      throw new HeadraceError('HR_SCHEMA_CHANGED', message, { job: this.build.job, step: this.id })
    }
    this.schemas[input] = schema
  }
}

function describe(schema: Schema): string {
  return `${schema.name} ${signature(schema)}`
}
