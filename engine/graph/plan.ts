import { BatchArena } from '../batch/arena.ts'
import type { Batch } from '../batch/batch.ts'
import { emptyBatch } from '../batch/empty.ts'
import { projection } from '../batch/project.ts'
import type { Schema } from '../batch/schema.ts'
import { Tick } from '../batch/tick.ts'
import { valueSchema } from '../codec/formats.ts'
import { HeadraceError } from '../errors.ts'
import { Rejected } from '../io/rejects.ts'
import type { Job } from '../job.ts'
import { storeSchema } from '../stores/store-schema.ts'
import { systemClock } from '../time/clock.ts'
import type { BuildInput, GraphNode, StoreEnd, Stream, Terminal } from './build.ts'
import { Build } from './build.ts'
import type { Parameter } from './parameters.ts'

/** A part of a job that runs as one task a partition: what is between two repartitions. */
export interface Stage {
  readonly number: number
  readonly inputs: readonly BuildInput[]
  readonly terminals: readonly Terminal[]
  readonly storeEnds: readonly StoreEnd[]
  /** Whether a step of it keeps state: keys must then stay in their partitions. */
  readonly stateful: boolean
}

/** All that is known of a job before a record is read. */
export interface Plan {
  readonly job: Job
  readonly stages: readonly Stage[]
  readonly nodes: ReadonlyMap<string, GraphNode>
  /** The schema of each sink's stream, by the sink's id. */
  readonly schemas: ReadonlyMap<string, Schema>
  /** What the job can be told from outside, by name. */
  readonly parameters: readonly Parameter[]
}

/** Builds the job's graph once to look at it: finds every mistake that can be found without data. */
export function plan(job: Job): Plan {
  const build = new Build(job.name, job.options.onError ?? 'fail', {}, systemClock, job.parameters)
  build.within(job.build)
  build.parameters.check()
  if (build.terminals.length + build.storeEnds.length === 0) {
    throw new HeadraceError('HR_GRAPH_EMPTY', 'the job has no sink: nothing would ever run', {
      job: job.name,
    })
  }
  const schemas = new Map<string, Schema>()
  build.within(() => {
    for (const end of endsOf(build)) connectEnd(build, end, batch => schemas.set(end.id, batch.schema))
  })
  build.throwIfFailed()
  primeStages(build, schemas)
  checkStarted(build)
  checkSides(build)
  build.stepsInOrder()
  for (const { id, store } of build.storeEnds) {
    const schema = schemas.get(id)
    if (schema === undefined) throw unprimed(job.name, id)
    projection(schema, storeSchema(store, schema, { job: job.name, step: id }), { job: job.name, step: id })
  }
  for (const { id, kind, topic } of build.terminals) {
    const schema = schemas.get(id)
    if (schema === undefined) throw unprimed(job.name, id)
    if (kind === 'sink') projection(schema, valueSchema(topic), { job: job.name, step: id })
  }
  return { job, stages: stagesOf(build), nodes: build.nodes, schemas, parameters: build.parameters.all() }
}

/** Primes the sources, then what reads a repartition as soon as its schema is known. */
function primeStages(build: Build, schemas: ReadonlyMap<string, Schema>): void {
  const waiting = new Map(build.inputs)
  for (let progress = true; progress; ) {
    progress = false
    for (const [id, input] of waiting) {
      const schema = input.from === undefined ? input.source.schema : schemas.get(input.from)
      if (schema === undefined) continue
      const known = { ...input, source: { ...input.source, schema } }
      build.inputs.set(id, known)
      waiting.delete(id)
      prime(build, [known])
      progress = true
    }
  }
}

/** Sends an empty batch through the graph, so that every step knows its schemas before the first record. */
export function prime(build: Build, inputs: readonly BuildInput[]): void {
  const arena = new BatchArena()
  const tick = new Tick(arena, Number.NEGATIVE_INFINITY, Number.NaN)
  for (const { id, batches, source } of inputs) {
    batches.next(emptyBatch(source.schema, tick))
    build.sides.get(`rejected:${id}`)?.next(emptyBatch(Rejected, tick))
  }
  arena.close()
  build.throwIfFailed()
}

/** Ends that write to topics for others. */
export function sinksOf({ stages }: Pick<Plan, 'stages'>): Terminal[] {
  return stages.flatMap(({ terminals }) => terminals.filter(({ kind }) => kind === 'sink'))
}

/** Lets go of the memory that the steps of a plan took when they started. */
export function closePlan({ nodes }: Plan): void {
  for (const { step } of nodes.values()) step?.close()
}

export function checkStarted(build: Build): void {
  for (const { step } of build.nodes.values()) {
    if (step !== undefined && step.running === undefined) throw unprimed(build.job, step.id)
  }
}

function unprimed(job: string, step: string): HeadraceError {
  return new HeadraceError('HR_GRAPH_UNPRIMED', 'no batch reaches it through the operators in front of it', {
    job,
    step,
  })
}

/** Where the graph ends, as a node that reads a stream. */
export interface GraphEnd {
  readonly id: string
  readonly kind: string
  readonly detail: string
  readonly stream: Stream<unknown>
}

export function endsOf(build: Build): GraphEnd[] {
  return [
    ...build.terminals.map(({ id, kind, topic, stream }) => ({ id, kind, detail: topic.name, stream })),
    ...build.storeEnds.map(({ id, store, stream }) => ({ id, kind: store.kind, detail: store.name, stream })),
  ]
}

/** Subscribes a sink's stream under a node of its own. */
export function connectEnd(build: Build, { stream, ...node }: GraphEnd, next: (batch: Batch) => void): void {
  build.connect({ ...node, upstream: new Set() }, () => {
    stream.subscribe({
      next: batch => {
        try {
          next(batch)
        } catch (error) {
          build.fail(error)
        }
      },
      error: error => build.fail(error),
    })
  })
}

/** Side streams have to come from a step or source that is there. */
function checkSides(build: Build): void {
  for (const name of build.sides.keys()) {
    const [kind, id] = [name.slice(0, name.indexOf(':')), name.slice(name.indexOf(':') + 1)]
    // Behind the step's id stands the number of the input, where it is not the first.
    const node = build.nodes.get(id) ?? build.nodes.get(id.replace(/\/\d+$/, ''))
    const gives = (other: GraphNode) =>
      other.step !== undefined || (kind === 'rejected' && build.inputs.has(other.id))
    if (node !== undefined && gives(node)) continue
    const known = [...build.nodes.values()].filter(gives).map(other => other.id)
    throw new HeadraceError('HR_STEP_UNKNOWN', `${kind}('${id}'): there are ${known.join(', ')}`, {
      job: build.job,
    })
  }
}

/** Terminals that share an input run in the same tasks; a stage comes after those that it reads. */
function stagesOf(build: Build): Stage[] {
  const groups: { inputs: Set<string>; ends: string[] }[] = []
  for (const { id: end } of [...build.terminals, ...build.storeEnds]) {
    const inputs = inputsOf(build, end)
    const ends = [end]
    for (const group of groups.filter(other => !other.inputs.isDisjointFrom(inputs))) {
      for (const id of group.inputs) inputs.add(id)
      ends.unshift(...group.ends)
      groups.splice(groups.indexOf(group), 1)
    }
    groups.push({ inputs, ends })
  }
  const ordered: typeof groups = []
  while (groups.length > 0) {
    const written = new Set(ordered.flatMap(group => group.ends))
    const ready = groups.findIndex(({ inputs }) =>
      [...inputs].every(
        id => written.has(build.inputs.get(id)?.from ?? '') || build.inputs.get(id)?.from === undefined,
      ),
    )
    if (ready < 0) throw new HeadraceError('HR_GRAPH_CYCLE', 'stages read each other', { job: build.job })
    ordered.push(...groups.splice(ready, 1))
  }
  return ordered.map(({ inputs, ends }, number) => ({
    number,
    inputs: [...build.inputs.values()].filter(input => inputs.has(input.id)),
    terminals: build.terminals.filter(({ id }) => ends.includes(id)),
    storeEnds: build.storeEnds.filter(({ id }) => ends.includes(id)),
    stateful: ends.some(id => keepsState(build, id)),
  }))
}

/** Whether a node, or one that it reads in its stage, has state. */
function keepsState(build: Build, id: string, seen: Set<string> = new Set()): boolean {
  if (seen.has(id) || build.inputs.has(id)) return false
  seen.add(id)
  const node = build.nodes.get(id)
  if (node?.step?.running?.state !== undefined) return true
  return [...(node?.upstream ?? [])].some(upstream => keepsState(build, upstream, seen))
}

/** The inputs that a node reads, through whatever steps, as far as the beginning of its stage. */
function inputsOf(build: Build, id: string, seen: Set<string> = new Set()): Set<string> {
  if (seen.has(id)) return new Set()
  seen.add(id)
  if (build.inputs.has(id)) return new Set([id])
  const found = new Set<string>()
  for (const upstream of build.nodes.get(id)?.upstream ?? []) {
    for (const input of inputsOf(build, upstream, seen)) found.add(input)
  }
  return found
}
