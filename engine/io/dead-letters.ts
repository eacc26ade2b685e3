import type { Tick } from '../batch/tick.ts'
import { RecordBatchBuilder } from '../codec/record/write.ts'
import type { Build } from '../graph/build.ts'
import type { JobHome } from '../home.ts'
import type { StoreReject } from '../stores/stores.ts'
import type { Reject } from './rejects.ts'
import { rejectedBatch } from './rejects.ts'

const encoder = new TextEncoder()

/** The topic that takes what nobody reads through `rejected()`. */
export function deadLetterTopic(job: string): string {
  return `${job}.dead-letter`
}

/**
 * Brings what a tick has rejected to the stream that the job reads it from; where there is none, the
 * record goes whole to the job's dead-letter topic, its origin and the reason in headers.
 */
export class DeadLetters {
  /** Records written to the dead-letter topic. */
  written = 0
  private readonly build: Build
  private readonly home: JobHome

  constructor(build: Build, home: JobHome) {
    this.build = build
    this.home = home
  }

  /** What a source or step has rejected goes to its stream, before the steps behind that advance. */
  pass(id: string, tick: Tick): void {
    const { rejects, sides } = this.build
    const side = sides.get(`rejected:${id}`)
    if (rejects.length === 0 || !side?.observed) return
    const own = rejects.filter(({ step }) => step === id)
    if (own.length === 0) return
    const others = rejects.filter(({ step }) => step !== id)
    rejects.splice(0, rejects.length, ...others)
    side.next(rejectedBatch(inOrder(own), tick))
  }

  /** What nobody has read goes to the topic. */
  deliver(tick: Tick): void | Promise<void> {
    const { rejects } = this.build
    if (rejects.length > 0) return this.write(inOrder(rejects.splice(0)), tick)
  }

  /** What a store has refused after its tick was over: its origin is not known any more. */
  refused(step: string, rejects: readonly StoreReject[]): void | Promise<void> {
    const builder = new RecordBatchBuilder()
    for (const { code, message, value, time } of rejects) {
      const headers = { 'headrace.code': code, 'headrace.message': message, 'headrace.step': step }
      builder.append(time, null, value, headersOf(headers))
    }
    this.written += rejects.length
    return this.home.append(deadLetterTopic(this.build.job), 0, builder.build())
  }

  private write(rejects: readonly Reject[], tick: Tick): void | Promise<void> {
    const builder = new RecordBatchBuilder()
    for (const reject of rejects) {
      const known = reject.row < tick.rows
      const { key, value } = known ? recordOf(tick, reject.row) : { key: null, value: null }
      const headers = {
        'headrace.code': reject.code,
        'headrace.message': reject.message,
        'headrace.step': reject.step,
        ...(known && {
          'headrace.topic': tick.topic,
          'headrace.partition': String(tick.partition),
          'headrace.offset': String(tick.offset[reject.row]),
        }),
      }
      builder.append(reject.time, key, reject.value ?? value, headersOf(headers))
    }
    this.written += rejects.length
    return this.home.append(deadLetterTopic(this.build.job), 0, builder.build())
  }
}

function headersOf(texts: Readonly<Record<string, string>>) {
  return Object.entries(texts).map(([key, text]) => ({ key, value: encoder.encode(text) }))
}

/** By what caused them: where the log is cut into ticks must not show. */
function inOrder(rejects: readonly Reject[]): Reject[] {
  return rejects.toSorted((a, b) => a.at - b.at)
}

function recordOf(tick: Tick, row: number): { key: Uint8Array | null; value: Uint8Array | null } {
  const part = (of: Tick['key']) =>
    of === null || of.start[row] < 0 ? null : of.bytes.subarray(of.start[row], of.end[row])
  return { key: part(tick.key), value: part(tick.value) }
}
