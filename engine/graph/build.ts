import type { Observable } from 'rxjs'
import { Subject } from 'rxjs'
import type { Batch } from '../batch/batch.ts'
import { HeadraceError } from '../errors.ts'
import type { Reject } from '../io/rejects.ts'
import type { Scorer } from '../models/scorer.ts'
import type { StepLookup } from '../stores/step-lookup.ts'
import type { StoreSpec } from '../stores/stores.ts'
import type { Clock } from '../time/clock.ts'
import { systemClock } from '../time/clock.ts'
import type { SourceSpec, TopicSpec } from '../topic.ts'
import type { Services } from '../workers/service-modules.ts'
import type { LiveStep } from './live-step.ts'
import { Parameters } from './parameters.ts'

/** Batches of rows of one type, as they flow through a job. */
export type Stream<T> = Observable<Batch<T>>

/** One node of the graph: a source, a step, a side stream or a sink. */
export interface GraphNode {
  readonly id: string
  readonly kind: string
  readonly upstream: Set<string>
  /** What it works on, for the drawing: a topic's name. */
  readonly detail?: string
  readonly step?: LiveStep
}

/** Where a graph ends: nothing runs until it is subscribed. */
export interface Terminal {
  readonly id: string
  readonly kind: 'sink' | 'repartition'
  readonly topic: TopicSpec
  readonly stream: Stream<unknown>
  /** Of the topic, where it is not that of the stage. */
  readonly partitions?: number
}

/** Where a graph ends in a store. */
export interface StoreEnd {
  readonly id: string
  readonly store: StoreSpec
  readonly stream: Stream<unknown>
}

/** A source that the subscribed part of the graph reads. */
export interface BuildInput {
  readonly id: string
  readonly source: SourceSpec
  readonly batches: Subject<Batch>
  /** The repartition that writes what it reads: then it begins a stage, and its schema is learnt from there. */
  readonly from?: string
}

/** The name of the side stream with the late rows of a step's input. */
export function lateSide(step: string, input: number): string {
  return input === 0 ? `late:${step}` : `late:${step}/${input}`
}

/**
 * A job's graph being built and subscribed for one task. `source`, `sink` and the operators find it in
 * a slot of this module, as they take no parameter for it.
 */
export class Build {
  readonly job: string
  /** What becomes of a row whose lambda throws. */
  readonly onError: 'fail' | 'reject'
  readonly nodes = new Map<string, GraphNode>()
  readonly terminals: Terminal[] = []
  readonly storeEnds: StoreEnd[] = []
  readonly inputs = new Map<string, BuildInput>()
  readonly sides = new Map<string, Subject<Batch>>()
  /** What the current tick has rejected. */
  readonly rejects: Reject[] = []
  private readonly downstream: Pick<GraphNode, 'upstream'>[] = []
  private readonly numbers = new Map<string, number>()
  /** Those of the deployment; there are none as long as a job is only looked at. */
  readonly services: Services
  readonly clock: Clock
  readonly parameters: Parameters
  /** What the steps look up, to be opened before the first record. */
  readonly lookups: StepLookup[] = []
  /** The models that they score with, to be opened then too. */
  readonly scorers: Scorer[] = []
  private failed: { error: unknown } | undefined

  constructor(
    job: string,
    onError: 'fail' | 'reject',
    services: Services = {},
    clock: Clock = systemClock,
    parameters: Readonly<Record<string, string>> = {},
  ) {
    this.job = job
    this.parameters = new Parameters(job, parameters)
    this.onError = onError
    this.services = services
    this.clock = clock
  }

  /** Runs `work` with this build in the slot. */
  within<R>(work: () => R): R {
    const outer = slot
    slot = this
    try {
      return work()
    } finally {
      slot = outer
    }
  }

  /** A name for a stateless step: its kind and a number, stable as long as the job's text is. */
  nameFor(kind: string): string {
    const number = (this.numbers.get(kind) ?? 0) + 1
    this.numbers.set(kind, number)
    return `${kind}-${number}`
  }

  addStoreEnd(end: StoreEnd): void {
    this.assertNewEnd(end.id, end.store.kind)
    this.storeEnds.push(end)
  }

  private assertNewEnd(id: string, kind: string): void {
    const terminal = this.terminals.find(other => other.id === id)
    const end = this.storeEnds.find(other => other.id === id)
    const twin = terminal?.kind ?? end?.store.kind
    if (twin !== undefined) throw duplicate(this.job, id, twin, kind)
  }

  addTerminal(terminal: Terminal): void {
    this.assertNewEnd(terminal.id, terminal.kind)
    // Rows of two sinks would lie in the topic as ticks happen to be cut.
    const rival = this.terminals.find(({ topic }) => topic.name === terminal.topic.name)
    if (rival) {
      const message = `"${rival.id}" and "${terminal.id}" both write it: bring their streams together with union`
      throw new HeadraceError('HR_CONFIG_INVALID', message, { job: this.job, topic: terminal.topic.name })
    }
    this.terminals.push(terminal)
  }

  /** Takes a node in while its upstream is subscribed by `connect`: that is how edges are found. */
  connect(node: GraphNode, connect: () => void): void {
    const twin = this.nodes.get(node.id)
    if (twin) throw duplicate(this.job, node.id, twin.kind, node.kind)
    this.nodes.set(node.id, node)
    this.downstream.push(node)
    try {
      connect()
    } finally {
      this.downstream.pop()
    }
  }

  /** Notes that whoever is being connected right now reads `id`. */
  readBy(id: string): void {
    this.downstream.at(-1)?.upstream.add(id)
  }

  /** Runs `connect` and gives the ids that are read in it, which the node being connected reads too. */
  readsOf(connect: () => void): ReadonlySet<string> {
    const upstream = new Set<string>()
    this.downstream.push({ upstream })
    try {
      connect()
    } finally {
      this.downstream.pop()
    }
    for (const id of upstream) this.readBy(id)
    return upstream
  }

  /** The inputs whose rows come through these nodes at once; null if some step may hold them back. */
  inputsBehind(ids: Iterable<string>): readonly string[] | null {
    const found: string[] = []
    for (const id of ids) {
      const node = this.nodes.get(id)
      if (this.inputs.has(id)) found.push(id)
      else if (node?.step?.running === undefined || node.step.running.advance !== undefined) return null
      else {
        const behind = this.inputsBehind(node.upstream)
        if (behind === null) return null
        found.push(...behind)
      }
    }
    return found
  }

  side(name: string): Subject<Batch> {
    let subject = this.sides.get(name)
    if (subject === undefined) {
      subject = new Subject<Batch>()
      this.sides.set(name, subject)
    }
    return subject
  }

  /** RxJS reports what a subscriber throws much later, if at all: the first failure waits here. */
  fail(error: unknown): void {
    this.failed ??= { error }
  }

  throwIfFailed(): void {
    if (this.failed === undefined) return
    const { error } = this.failed
    this.failed = undefined
    throw error
  }

  /** The steps such that each comes after all that it reads. */
  stepsInOrder(): LiveStep[] {
    const ordered: LiveStep[] = []
    const state = new Map<string, 'open' | 'done'>()
    const visit = (id: string): void => {
      const node = this.nodes.get(id)
      if (node === undefined || state.get(id) === 'done') return
      if (state.get(id) === 'open') {
        throw new HeadraceError('HR_GRAPH_CYCLE', 'the graph reads its own output', {
          job: this.job,
          step: id,
        })
      }
      state.set(id, 'open')
      for (const upstream of node.upstream) visit(upstream)
      state.set(id, 'done')
      if (node.step) ordered.push(node.step)
    }
    for (const id of this.nodes.keys()) visit(id)
    return ordered
  }
}

function duplicate(job: string, id: string, first: string, second: string): HeadraceError {
  return new HeadraceError('HR_STEP_DUPLICATE', `a ${first} and a ${second} both have the id "${id}"`, {
    job,
    step: id,
  })
}

let slot: Build | undefined

/** The build that is going on; `what` is named in the error where there is none. */
export function currentBuild(what: string): Build {
  if (slot === undefined) {
    throw new HeadraceError('HR_OUTSIDE_JOB', `${what} was called outside of a job's build function`)
  }
  return slot
}
