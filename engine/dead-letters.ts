import type { Tick } from './batch/tick.ts'
import type { Build } from './build.ts'
import { RecordBatchBuilder } from './codec/record-write.ts'
import type { JobHome } from './home.ts'
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

  deliver(tick: Tick): void | Promise<void> {
    const { rejects } = this.build
    if (rejects.length === 0) return
    const unread: Reject[] = []
    for (const [step, some] of Map.groupBy(rejects.splice(0), reject => reject.step)) {
      const side = this.build.sides.get(`rejected:${step}`)
      if (side?.observed) side.next(rejectedBatch(some, tick))
      else unread.push(...some)
    }
    if (unread.length > 0) return this.write(unread, tick)
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
      const time = known ? tick.recordTime[reject.row] : Math.max(0, tick.after)
      const entries = Object.entries(headers).map(([name, text]) => ({
        key: name,
        value: encoder.encode(text),
      }))
      builder.append(time, key, reject.value ?? value, entries)
    }
    this.written += rejects.length
    return this.home.append(deadLetterTopic(this.build.job), 0, builder.build())
  }
}

function recordOf(tick: Tick, row: number): { key: Uint8Array | null; value: Uint8Array | null } {
  const part = (of: Tick['key']) =>
    of === null || of.start[row] < 0 ? null : of.bytes.subarray(of.start[row], of.end[row])
  return { key: part(tick.key), value: part(tick.value) }
}
