import { HeadraceError } from '../errors.ts'
import type { LiveStep } from '../graph/live-step.ts'
import type { StepCounters } from '../graph/step-context.ts'
import type { TaskInput } from '../io/input.ts'
import { StateReader, StateWriter } from '../state/blob/blob.ts'
import type { Task } from '../task.ts'
import type { SourceSpec } from '../topic.ts'
import type { InputRecord, StepCounts, StepRecord, TaskPart } from './checkpoint.ts'

const writers = new WeakMap<LiveStep, StateWriter>()

/** What a task would have to know to go on from here. Call it when the task is quiet. */
export function saveTask(task: Task, mode: 'snapshot' | 'delta'): TaskPart {
  const blobs: Uint8Array[] = []
  const steps = task.steps.map((step): StepRecord => {
    const state = step.running?.state
    const counters = countsOf(step.context.counters)
    if (state === undefined) {
      blobs.push(new Uint8Array(0))
      return { id: step.id, counters, bytes: 0 }
    }
    const writer = writers.get(step) ?? new StateWriter()
    writers.set(step, writer)
    writer.reset()
    state.write(writer, mode)
    const blob = writer.finish()
    blobs.push(blob)
    return { id: step.id, shape: state.shape, counters, bytes: blob.length }
  })
  for (const { id, counters } of task.sinks) {
    blobs.push(new Uint8Array(0))
    steps.push({ id, counters: countsOf(counters), bytes: 0 })
  }
  const inputs = task.inputs.map(inputRecord)
  const { name, clock, now, markCount: marks } = task
  return {
    record: { name, watermark: String(clock.watermark), now: String(now), marks, inputs, steps },
    blobs,
  }
}

function inputRecord(input: TaskInput): InputRecord {
  const { clock, counters, feed } = input
  return {
    id: input.id,
    topic: input.spec.name,
    position: feed.position,
    watermark: String(clock.watermark),
    maxTime: String(clock.maxTime),
    futureRun: clock.futureRun,
    idle: clock.idle,
    ...(input.save && { origins: input.save() }),
    ...counters,
  }
}

/** What a restore has left out or begun anew. */
export interface Evolution {
  readonly step: string
  readonly dropped: readonly string[]
  readonly added: readonly string[]
}

/** Brings a new task to where the checkpoint was taken; called for the snapshot and each delta, in order. */
export function loadTask(task: Task, part: TaskPart, reset: ReadonlySet<string>): Evolution[] {
  const { record, blobs } = part
  const changes: Evolution[] = []
  for (const stored of record.inputs) loadInput(task, stored)
  task.clock.raise(Number(record.watermark))
  task.resume(Number(record.now), record.marks)
  record.steps.forEach((stored, index) => {
    if (reset.has(stored.id)) return
    const step = task.steps.find(other => other.id === stored.id)
    const context = step?.context ?? task.sinks.find(({ id }) => id === stored.id)
    if (context !== undefined) loadCounts(context.counters, stored.counters)
    if (step === undefined) {
      if (stored.bytes > 0) changes.push({ step: stored.id, dropped: ['its whole state'], added: [] })
      return
    }
    const change = loadState(task, step, stored, blobs[index] as Uint8Array)
    if (change !== undefined) changes.push(change)
  })
  return changes
}

function loadState(task: Task, step: LiveStep, stored: StepRecord, blob: Uint8Array): Evolution | undefined {
  const { job } = task.build
  if (stored.shape === undefined) return
  const change = adoptState(step, stored, job)
  step.running?.state?.read(new StateReader(blob, { job, step: step.id }))
  return change
}

/** Lets a step look at the shape of what is stored for it; throws where it cannot go on from there. */
export function adoptState(step: LiveStep, { shape }: StepRecord, job: string): Evolution | undefined {
  if (shape === undefined) return
  const state = step.running?.state
  if (state === undefined) return { step: step.id, dropped: ['its whole state'], added: [] }
  if (state.shape.operator !== shape.operator) {
    const message = `its state is of a ${shape.operator}, now it is a ${state.shape.operator}`
    throw new HeadraceError('HR_STATE_INCOMPATIBLE', message, { job, step: step.id })
  }
  const { dropped, added } = state.adopt(shape)
  return dropped.length + added.length > 0 ? { step: step.id, dropped, added } : undefined
}

function loadInput(task: Task, stored: InputRecord): void {
  const input = task.inputs.find(other => other.id === stored.id)
  if (input === undefined) return
  checkInput(stored, input.spec, task.build.job)
  input.feed.seek(stored.position)
  input.clock.watermark = Number(stored.watermark)
  input.clock.maxTime = Number(stored.maxTime)
  input.clock.futureRun = stored.futureRun
  input.clock.idle = stored.idle
  input.load?.(stored.origins ?? [])
  input.counters.read = stored.read
  input.counters.passed = stored.passed
  input.counters.rejected = stored.rejected
}

/** A position means nothing in another topic. */
export function checkInput(stored: InputRecord, spec: SourceSpec, job: string): void {
  if (spec.name === stored.topic) return
  const message = `it read the topic ${stored.topic} up to offset ${stored.position}, now it is to read ${spec.name}`
  throw new HeadraceError('HR_STATE_INCOMPATIBLE', message, { job, step: stored.id })
}

function countsOf(counters: StepCounters): StepCounts {
  return { ...counters, lateByWindow: [...counters.lateByWindow] }
}

function loadCounts(counters: StepCounters, stored: StepCounts): void {
  Object.assign(counters, stored, { lateByWindow: new Map(stored.lateByWindow) })
}
