import type { CheckpointRecord, JobHome, TaskMark } from '../../engine/home.ts'
import { MarksLog } from '../../engine/state/log/marks-log.ts'
import { StateLog } from '../../engine/state/log/state-log.ts'
import { decodeCommit, encodeCommit } from './commit-record.ts'
import type { LogConfig } from './config.ts'
import { stateDirectory } from './config.ts'
import type { Owner } from './settled-partition.ts'
import { lastWriter, newestCommit, openSettled } from './settled-partition.ts'
import { TopicWriters } from './topic-writers.ts'

/**
 * A job's state, marks and outputs. One record in the state log decides a commit: it names how far the marks and
 * each partition of the outputs count, all of which is durable before. What a crash leaves undone behind a
 * decision, publishing, the next opening does.
 */
export class LogJobHome implements JobHome {
  readonly #state: StateLog
  readonly #marks: MarksLog
  readonly #outputs: TopicWriters
  readonly #held: DisposableStack

  private constructor(state: StateLog, marks: MarksLog, outputs: TopicWriters, held: DisposableStack) {
    this.#state = state
    this.#marks = marks
    this.#outputs = outputs
    this.#held = held
  }

  static open(config: LogConfig, job: string, outputs: readonly string[]): LogJobHome {
    using held = new DisposableStack()
    const directory = stateDirectory(config.dir, job)
    const options = { files: config.files, fsync: config.fsync !== 'never' }
    const state = held.adopt(StateLog.open(directory, options), log => log.close())
    const { ends = {}, marksBytes = 0 } = newestCommit(state) ?? {}
    const marks = held.adopt(MarksLog.open(directory, marksBytes, options), log => log.close())
    const owner = { job, ends }
    const writers = held.adopt(TopicWriters.open(config, outputs, owner), all => all.close())
    settleFormerOutputs(config, owner, outputs)
    return new LogJobHome(state, marks, writers, held.move())
  }

  *restore(): Generator<CheckpointRecord, void, undefined> {
    for (const { kind, payload } of this.#state.restore()) {
      yield { kind, payload: decodeCommit(payload).payload }
    }
  }

  append(topic: string, partition: number, batch: Uint8Array): void {
    this.#outputs.append(topic, partition, batch)
  }

  commit({ kind, payload }: CheckpointRecord, marks: readonly TaskMark[]): void {
    this.#marks.append(marks)
    const marksBytes = this.#marks.sync()
    const ends = this.#outputs.flush()
    const parts = [encodeCommit({ marksBytes, ends }), payload]
    if (kind === 'snapshot') this.#state.rotate(parts)
    else this.#state.append(kind, parts)
    this.#outputs.publish(Date.now())
  }

  get wantsSnapshot(): boolean {
    return this.#state.rotationDue
  }

  async close(): Promise<void> {
    this.#held.dispose()
  }
}

/** The job as it is now may write to other topics than the one that the last commit was made by. */
function settleFormerOutputs(config: LogConfig, owner: Owner, outputs: readonly string[]): void {
  for (const [topic, ends] of Object.entries(owner.ends)) {
    if (outputs.includes(topic)) continue
    for (const partition of ends.keys()) {
      if (lastWriter(config, topic, partition) !== owner.job) continue
      openSettled(config, topic, partition, owner).close()
    }
  }
}
