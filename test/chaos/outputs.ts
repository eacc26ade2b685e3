import { readJobState } from '../../connectors/log/job-state.ts'
import { BATCH_HEADER_BYTES, checkBatch, readBatchHeader } from '../../engine/codec/record/batch.ts'
import { RecordSpans, scanRecords } from '../../engine/codec/record/scan.ts'
import { plan } from '../../engine/graph/plan.ts'
import type { CheckpointRecord, Home } from '../../engine/home.ts'
import { deadLetterTopic } from '../../engine/io/dead-letters.ts'
import { decodeCheckpoint } from '../../engine/recovery/checkpoint.ts'
import type { PlainRecord } from '../support/record-batches.ts'
import { plainRecords } from '../support/record-batches.ts'
import type { Subject } from './subject.ts'

/** What a run has left behind, as text to compare: partitions with their records, steps with their counters. */
export type Outcome = ReadonlyMap<string, readonly string[]>

export async function outcomeOf(
  subject: Subject,
  dir: string,
  home: Home,
  topics = outputTopics(subject),
): Promise<Outcome> {
  const outcome = new Map<string, string[]>()
  for (const topic of topics) {
    const partitions = (await home.partitions(topic)) ?? 0
    for (let partition = 0; partition < partitions; partition++) {
      outcome.set(`${topic}/${partition}`, linesOf(subject, topic, await readRecords(home, topic, partition)))
    }
  }
  for (const [name, counters] of countersOf(subject, readJobState(dir, subject.job.name)))
    outcome.set(name, [counters])
  return outcome
}

/** The records of a partition: as they lie there as far as their order counts, else sorted. */
export function linesOf(
  subject: Subject,
  topic: string,
  records: readonly Omit<PlainRecord, 'offset'>[],
): string[] {
  const order = subject.orderIn(topic)
  const inOrder = order === 'key' ? records.toSorted((a, b) => compare(a.key ?? '', b.key ?? '')) : records
  const lines = inOrder.map(({ timestamp, key, value, headers }) =>
    JSON.stringify({ timestamp, key, value, headers }),
  )
  return order === 'none' ? lines.sort() : lines
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}

/** The first place where two runs differ; undefined where they do not. */
export function firstDifference(found: Outcome, expected: Outcome): string | undefined {
  for (const name of new Set([...expected.keys(), ...found.keys()])) {
    const [a, b] = [found.get(name) ?? [], expected.get(name) ?? []]
    for (let at = 0; at < Math.max(a.length, b.length); at++) {
      if (a[at] === b[at]) continue
      return `${name}, record ${at}:\n  disturbed     ${a[at] ?? 'none'}\n  uninterrupted ${b[at] ?? 'none'}`
    }
  }
  return undefined
}

/** The rows that a topic holds, each with the time of its record. */
export function rowsIn(
  outcome: Outcome,
  topic: string,
): { readonly time: number; readonly row: Readonly<Record<string, unknown>> }[] {
  return [...outcome]
    .filter(([name]) => name.startsWith(`${topic}/`))
    .flatMap(([, lines]) => lines)
    .map(line => {
      const { timestamp, value } = JSON.parse(line) as { timestamp: number; value: string }
      return { time: timestamp, row: JSON.parse(value) }
    })
}

/** How many records a topic has in all partitions. */
export function recordsOf(outcome: Outcome, topic: string): number {
  return [...outcome].reduce(
    (sum, [name, lines]) => (name.startsWith(`${topic}/`) ? sum + lines.length : sum),
    0,
  )
}

/** Topics, views and series in which nothing has come out. */
export function missingIn(outcome: Outcome, subject: Subject): string[] {
  const topics = outputTopics(subject).filter(topic => recordsOf(outcome, topic) === 0)
  return [...topics, ...[...outcome].filter(([, lines]) => lines.length === 0).map(([name]) => name)]
}

export function outputTopics({ job }: Subject): string[] {
  const terminals = plan(job).stages.flatMap(stage => stage.terminals)
  const sinks = terminals.filter(({ kind }) => kind === 'sink').map(({ topic }) => topic.name)
  return [...sinks, deadLetterTopic(job.name)]
}

/** Whole and without gaps, or this throws. */
async function readRecords(home: Home, topic: string, partition: number): Promise<PlainRecord[]> {
  const source = await home.openSource(topic, partition)
  const spans = new RecordSpans()
  const records: PlainRecord[] = []
  for (let chunk = await source.poll(); chunk !== null; chunk = await source.poll()) {
    const { bytes, start, end } = chunk
    for (let at = start; at < end; ) {
      const header = readBatchHeader(bytes, at)
      checkBatch(bytes, header)
      spans.clear()
      scanRecords(bytes, header, at + BATCH_HEADER_BYTES, at + header.batchLength, 0, spans)
      records.push(...plainRecords(spans))
      at += header.batchLength
    }
  }
  const end = source.endOffset()
  source.close()
  const gap = records.findIndex(({ offset }, index) => offset !== index)
  if (gap < 0 && records.length === end) return records
  throw new Error(`${topic}/${partition} has a gap at offset ${gap < 0 ? records.length : gap} of ${end}`)
}

/** What each step has counted since the job first ran: no kill makes it count a row twice. */
export function countersOf({ job }: Subject, state: Iterable<CheckpointRecord>): Map<string, string> {
  const found = new Map<string, string>()
  for (const record of state) {
    for (const { record: task } of decodeCheckpoint(record, job.name)) {
      for (const { id, counters } of task.steps) {
        const lateByWindow = counters.lateByWindow.toSorted(([a], [b]) => a - b)
        found.set(`counters of ${task.name} ${id}`, JSON.stringify({ ...counters, lateByWindow }))
      }
    }
  }
  return found
}
