import { auditTopic } from './audit/audit-entry.ts'
import type { Batch } from './batch/batch.ts'
import { HeadraceError, isHeadraceError } from './errors.ts'
import { Build } from './graph/build.ts'
import type { Plan, Stage } from './graph/plan.ts'
import { closePlan, connectEnd, endsOf, plan } from './graph/plan.ts'
import { LiveContext } from './graph/step-context.ts'
import type { Home, JobHome, SharedTask, TaskMark, TopicHome, TopicRole } from './home.ts'
import { DeadLetters, deadLetterTopic } from './io/dead-letters.ts'
import type { TaskInput } from './io/input.ts'
import { SourceInput } from './io/input.ts'
import type { TaskOutput } from './io/output.ts'
import { TopicOutput } from './io/output.ts'
import { RepartitionInput } from './io/repartition-input.ts'
import { RepartitionOutput } from './io/repartition-output.ts'
import { StoreOutput } from './io/store-output.ts'
import type { Job } from './job.ts'
import type { ModelHome } from './models/model-home.ts'
import { ReplayMarks } from './recovery/replay-marks.ts'
import { withSchemaIds } from './schema-ids.ts'
import type { SchemaRegistry } from './schema-registry.ts'
import type { StoreReject, Stores } from './stores/stores.ts'
import { Task } from './task.ts'
import type { Clock } from './time/clock.ts'

/** Topics and their numbers of partitions, as the home has them. */
export type Partitions = ReadonlyMap<string, number>

/** Looks up the partitions of all topics of a job, and makes the output topics that are missing. */
async function findPartitions({ job, stages }: Plan, home: TopicHome): Promise<Partitions> {
  const found = new Map<string, number>()
  for (const stage of stages) {
    for (const { id, source, from } of stage.inputs) {
      if (from !== undefined) continue
      const partitions = await home.partitions(source.name)
      if (partitions === undefined) {
        const place = { job: job.name, step: id, topic: source.name }
        throw new HeadraceError('HR_TOPIC_UNKNOWN', 'there is no such topic to read', place)
      }
      found.set(source.name, partitions)
    }
    const count = partitionsOf(stage, found, job.name)
    for (const { topic, partitions, kind } of stage.terminals) {
      const role = kind === 'sink' ? 'output' : 'repartition'
      found.set(topic.name, await ensure(home, topic.name, partitions ?? count, role))
    }
  }
  const deadLetters = deadLetterTopic(job.name)
  found.set(deadLetters, await ensure(home, deadLetters, 1, 'dead-letter'))
  const audit = auditTopic(job.name)
  if (job.options.audit) found.set(audit, await ensure(home, audit, 1, 'audit'))
  return found
}

async function ensure(home: TopicHome, topic: string, partitions: number, role: TopicRole): Promise<number> {
  const found = await home.partitions(topic)
  if (found !== undefined) return found
  try {
    await home.createTopic(topic, partitions, role)
    return partitions
  } catch (error) {
    // Another process of the job, which starts at the same time, was faster.
    if (!isHeadraceError(error, 'HR_TOPIC_EXISTS')) throw error
    return (await home.partitions(topic)) ?? partitions
  }
}

/** The number of tasks of a stage: its inputs have to agree on it. */
export function partitionsOf(stage: Stage, partitions: Partitions, job: string): number {
  const counts = stage.inputs.map(({ source }) => [source.name, partitions.get(source.name) ?? 0] as const)
  const first = counts[0]
  if (first === undefined) throw new HeadraceError('HR_GRAPH_EMPTY', 'a sink reads no source', { job })
  if (counts.every(([, count]) => count === first[1])) return first[1]
  const list = counts.map(([name, count]) => `${name} has ${count}`).join(', ')
  throw new HeadraceError('HR_PARTITIONS_DIFFER', `topics read together differ in partitions: ${list}`, {
    job,
  })
}

/** A job whose topics are there. */
export interface PreparedJob {
  readonly plan: Plan
  readonly partitions: Partitions
  /** The topics that it writes. */
  readonly outputs: readonly string[]
}

/** Builds the job's graph to look at it, and makes the topics that are missing and the schemas known. */
export async function prepareJob(job: Job, home: TopicHome, registry?: SchemaRegistry): Promise<PreparedJob> {
  const built = plan(job)
  closePlan(built)
  const partitions = await findPartitions(built, home)
  const planned = await withSchemaIds(built, registry)
  const written = planned.stages.flatMap(stage => stage.terminals.map(terminal => terminal.topic.name))
  const own = [deadLetterTopic(job.name), ...(job.options.audit ? [auditTopic(job.name)] : [])]
  return { plan: planned, partitions, outputs: [...new Set([...written, ...own])] }
}

/** A job whose topics are there, and whose state and outputs are this process's alone. */
export interface OpenJob extends PreparedJob {
  readonly jobHome: JobHome
}

export async function openJob(job: Job, home: Home, registry?: SchemaRegistry): Promise<OpenJob> {
  const prepared = await prepareJob(job, home, registry)
  return { ...prepared, jobHome: await home.openJob(job.name, prepared.outputs) }
}

/** All tasks of a job, as a home spreads them. */
export function sharedTasks({ plan: { job, stages }, partitions }: PreparedJob): SharedTask[] {
  return stages.flatMap(stage => {
    const inputs = [...new Set(stage.inputs.map(({ source }) => source.name))]
    const between = stage.inputs.filter(({ from }) => from !== undefined)
    const repartitions = between.map(({ source }) => source.name)
    return Array.from({ length: partitionsOf(stage, partitions, job.name) }, (_, partition) => ({
      name: taskName(stage, partition),
      stage: stage.number,
      partition,
      inputs,
      repartitions,
      stateful: stage.stateful,
    }))
  })
}

export function taskName(stage: Stage, partition: number): string {
  return `${stage.number}-${partition}`
}

export interface TaskPlace {
  readonly plan: Plan
  readonly partitions: Partitions
  readonly home: TopicHome
  readonly jobHome: JobHome
  readonly clock: Clock
  readonly schemas?: SchemaRegistry | undefined
  readonly stores?: Stores | undefined
  readonly models?: ModelHome | undefined
  /** What a live run has noted, where this is to repeat it. */
  readonly replay: readonly TaskMark[] | null
}

/** Builds the task of one partition of a stage. */
export async function assembleTask(stage: Stage, partition: number, place: TaskPlace): Promise<Task> {
  const { home, jobHome, clock: wallClock } = place
  const { job } = place.plan
  const build = new Build(job.name, job.options.onError ?? 'fail', place, wallClock, job.parameters)
  build.within(job.build)
  const deadLetters = new DeadLetters(build, jobHome)
  const { outputs, sinks } = build.within(() => connectOutputs(build, stage, partition, place, deadLetters))
  build.throwIfFailed()
  learnSchemas(build, place.plan)
  const inputs: TaskInput[] = []
  for (const input of build.inputs.values()) {
    const begin = input.from !== undefined || input.source.table ? 'earliest' : undefined
    const records = await home.openSource(input.source.name, partition, begin)
    if (input.from === undefined)
      inputs.push(new SourceInput(input, partition, records, job.name, place.schemas))
    else inputs.push(new RepartitionInput(input, partition, records, job.name, originsOf(input.from, place)))
  }
  const name = taskName(stage, partition)
  const marks = place.replay?.filter(({ task }) => task === name)
  const replay = marks === undefined ? null : new ReplayMarks(marks)
  const task = new Task({ name, build, inputs, outputs, sinks, deadLetters, wallClock, replay })
  for (const output of outputs) await output.ready?.()
  for (const lookup of build.lookups) await lookup.open()
  for (const scorer of build.scorers) await scorer.open()
  return task
}

/** What a repartition carries was learnt when the job was planned. */
function learnSchemas(build: Build, { schemas }: Plan): void {
  for (const [id, input] of build.inputs) {
    const schema = input.from === undefined ? undefined : schemas.get(input.from)
    if (schema !== undefined) build.inputs.set(id, { ...input, source: { ...input.source, schema } })
  }
}

/** How many tasks write to a repartition. */
function originsOf(repartition: string, { plan: { stages, job }, partitions }: TaskPlace): number {
  const stage = stages.find(({ terminals }) => terminals.some(({ id }) => id === repartition))
  return stage === undefined ? 0 : partitionsOf(stage, partitions, job.name)
}

interface Ends {
  readonly outputs: TaskOutput[]
  readonly sinks: LiveContext[]
}

function connectOutputs(
  build: Build,
  stage: Stage,
  taskPartition: number,
  place: TaskPlace,
  deadLetters: DeadLetters,
): Ends {
  const ends: Ends = { outputs: [], sinks: [] }
  const { jobHome: home, stores } = place
  for (const end of endsOf(build)) {
    const context = new LiveContext(end.id, build, () => {})
    const common = { context, job: build.job }
    const terminal = stage.terminals.find(({ id }) => id === end.id)
    const store = stage.storeEnds.find(({ id }) => id === end.id)?.store
    let output: TaskOutput
    if (terminal !== undefined) {
      const { kind, topic: spec } = terminal
      const parts = { ...common, spec, partitions: place.partitions.get(spec.name) ?? 1, taskPartition, home }
      output = kind === 'sink' ? new TopicOutput(parts) : new RepartitionOutput(parts)
    } else if (store !== undefined) {
      const refused = (rejects: readonly StoreReject[]) => deadLetters.refused(end.id, rejects)
      output = new StoreOutput({ ...common, spec: store, stores, refused })
    } else continue
    connectEnd(build, end, batch => accept(output, context, batch))
    ends.outputs.push(output)
    ends.sinks.push(context)
  }
  return ends
}

function accept(output: TaskOutput, context: LiveContext, batch: Batch): void {
  if (!output.isOpen) output.open(batch.schema)
  if (batch.rows === 0) return
  context.counters.in += batch.rows
  context.watch?.took?.(batch, 0)
  output.write(batch)
  context.counters.out = context.counters.in - context.counters.rejected
}
