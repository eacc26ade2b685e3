import { RecordBatchBuilder } from '../codec/record/write.ts'
import type { LiveContext } from '../graph/step-context.ts'
import type { JobHome } from '../home.ts'
import type { TaskInput } from '../io/input.ts'
import type { TaskEnd } from '../io/output.ts'
import { limits } from '../limits.ts'
import type { Task } from '../task.ts'
import type { Clock } from '../time/clock.ts'
import type { AuditEntry, InputAudit, StepAudit, WindowAudit } from './audit-entry.ts'
import { auditTopic } from './audit-entry.ts'
import { WindowWatch } from './window-watch.ts'

type Counted = Pick<StepAudit, 'in' | 'out' | 'late' | 'rejected'>
type Read = Pick<InputAudit, 'read' | 'passed' | 'rejected'> & { readonly position: number }

const encoder = new TextEncoder()

/** Writes what a task counts to the job's audit, each count once: with the outputs of the rows that it is of. */
export class TaskAudit implements TaskEnd {
  readonly tellsProgress = false
  private readonly task: Task
  private readonly home: JobHome
  private readonly clock: Clock
  private readonly watches = new Map<string, WindowWatch>()
  private readonly kinds = new Map<LiveContext, string>()
  /** What has been written. */
  private readonly inputsBefore: Read[]
  private readonly stepsBefore: Map<LiveContext, Counted>

  /** The task is where it was committed: what it counts from here on is new. */
  constructor(task: Task, home: JobHome, clock: Clock) {
    this.task = task
    this.home = home
    this.clock = clock
    for (const { id, kind, context, running } of task.steps) {
      this.kinds.set(context, kind)
      if (running?.counted === undefined) continue
      const watch = new WindowWatch(running.counted)
      this.watches.set(id, watch)
      context.watch = watch
    }
    for (const context of task.sinks) this.kinds.set(context, 'sink')
    this.inputsBefore = this.task.inputs.map(readBy)
    this.stepsBefore = new Map([...this.kinds.keys()].map(context => [context, countedBy(context)]))
  }

  /** Behind the others, so that they have counted what they write. */
  flush(): void | Promise<void> {
    return this.write()
  }

  /** So many windows are not held until the commit. */
  settled(): void | Promise<void> {
    for (const watch of this.watches.values()) if (watch.isFull) return this.write()
  }

  private async write(): Promise<void> {
    const { inputs, steps, windows } = this.take()
    const count = windows.reduce((sum, { counts }) => sum + counts.length, 0)
    if (count <= limits.auditWindows) return this.append({ inputs, steps, windows })
    await this.append({ inputs, steps, windows: [] })
    for (const part of windows.flatMap(parts)) await this.append({ inputs: [], steps: [], windows: [part] })
  }

  private append(counted: Omit<AuditEntry, 'task'>): void | Promise<void> {
    const { inputs, steps, windows } = counted
    if (inputs.length + steps.length + windows.length === 0) return
    const { name, build } = this.task
    const builder = new RecordBatchBuilder()
    const text = JSON.stringify({ task: name, ...counted } satisfies AuditEntry)
    builder.append(this.clock.now(), encoder.encode(name), encoder.encode(text))
    return this.home.append(auditTopic(build.job), 0, builder.build())
  }

  private take(): Omit<AuditEntry, 'task'> {
    const inputs = this.task.inputs.flatMap((input, index) => this.inputSince(input, index))
    const steps = [...this.kinds].flatMap(([context, kind]) => this.stepSince(context, kind))
    const windows = [...this.watches].flatMap(([id, watch]) => {
      const counts = watch.take()
      return counts.length === 0 ? [] : [{ id, ...watch.counted, counts }]
    })
    return { inputs, steps, windows }
  }

  private inputSince(input: TaskInput, index: number): InputAudit[] {
    const [before, now] = [this.inputsBefore[index], readBy(input)]
    if (now.position === before.position) return []
    this.inputsBefore[index] = now
    const { id, spec, partition } = input
    const isBetween = this.task.build.inputs.get(id)?.from !== undefined
    return [
      {
        ...{ id, topic: spec.name, partition, isBetween, from: before.position, until: now.position },
        read: now.read - before.read,
        passed: now.passed - before.passed,
        rejected: now.rejected - before.rejected,
      },
    ]
  }

  private stepSince(context: LiveContext, kind: string): StepAudit[] {
    const [before, now] = [this.stepsBefore.get(context) as Counted, countedBy(context)]
    const since = {
      in: now.in - before.in,
      out: now.out - before.out,
      late: now.late - before.late,
      rejected: now.rejected - before.rejected,
    }
    // What a store refuses later is rejected, and no longer out: the sum alone would hide it.
    if (Object.values(since).every(count => count === 0)) return []
    this.stepsBefore.set(context, now)
    return [{ id: context.id, kind, ...since }]
  }
}

/** Records as large as homes take them. */
function parts({ counts, ...step }: WindowAudit): WindowAudit[] {
  const starts = Array.from({ length: Math.ceil(counts.length / limits.auditWindows) }, (_, part) => part)
  return starts.map(part => ({
    ...step,
    counts: counts.slice(part * limits.auditWindows, (part + 1) * limits.auditWindows),
  }))
}

function readBy({ feed, counters: { read, passed, rejected } }: TaskInput): Read {
  return { position: feed.position, read, passed, rejected }
}

function countedBy({ counters }: LiveContext): Counted {
  const { in: taken, out, late, rejected } = counters
  return { in: taken, out, late, rejected }
}
