import type { InputRecord, StepCounts, StepRecord, TaskPart } from './checkpoint.ts'
import { HeadraceError } from './errors.ts'
import type { TaskInput } from './input.ts'
import type { LiveStep } from './live-step.ts'
import { StateReader, StateWriter } from './state/blob.ts'
import type { StepCounters } from './step-context.ts'
import type { Task } from './task.ts'

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
  const inputs = task.inputs.map(inputRecord)
  return { record: { name: task.name, watermark: String(task.clock.watermark), inputs, steps }, blobs }
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
  record.steps.forEach((stored, index) => {
    if (reset.has(stored.id)) return
    const step = task.steps.find(other => other.id === stored.id)
    if (step === undefined) {
      if (stored.bytes > 0) changes.push({ step: stored.id, dropped: ['its whole state'], added: [] })
      return
    }
    loadCounts(step.context.counters, stored.counters)
    const change = loadState(task, step, stored, blobs[index] as Uint8Array)
    if (change !== undefined) changes.push(change)
  })
  return changes
}

function loadState(task: Task, step: LiveStep, stored: StepRecord, blob: Uint8Array): Evolution | undefined {
  const state = step.running?.state
  if (stored.shape === undefined) return
  const place = { job: task.build.job, step: step.id }
  if (state === undefined) return { step: step.id, dropped: ['its whole state'], added: [] }
  if (state.shape.operator !== stored.shape.operator) {
    const message = `its state is of a ${stored.shape.operator}, now it is a ${state.shape.operator}`
    throw new HeadraceError('HR_STATE_INCOMPATIBLE', message, place)
  }
  const { dropped, added } = state.adopt(stored.shape)
  state.read(new StateReader(blob, place))
  return dropped.length + added.length > 0 ? { step: step.id, dropped, added } : undefined
}

function loadInput(task: Task, stored: InputRecord): void {
  const input = task.inputs.find(other => other.id === stored.id)
  if (input === undefined) return
  if (input.spec.name !== stored.topic) {
    const message = `it read the topic ${stored.topic} up to offset ${stored.position}, now it is to read ${input.spec.name}`
    throw new HeadraceError('HR_STATE_INCOMPATIBLE', message, { job: task.build.job, step: input.id })
  }
  input.feed.seek(stored.position)
  input.clock.watermark = Number(stored.watermark)
  input.clock.maxTime = Number(stored.maxTime)
  input.clock.futureRun = stored.futureRun
  input.counters.read = stored.read
  input.counters.passed = stored.passed
  input.counters.rejected = stored.rejected
}

function countsOf(counters: StepCounters): StepCounts {
  return { ...counters, lateByWindow: [...counters.lateByWindow] }
}

function loadCounts(counters: StepCounters, stored: StepCounts): void {
  Object.assign(counters, stored, { lateByWindow: new Map(stored.lateByWindow) })
}
