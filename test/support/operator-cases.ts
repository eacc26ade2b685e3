import assert from 'node:assert/strict'
import type { Job } from '../../engine/job.ts'
import type { ModelHome } from '../../engine/models/model-home.ts'
import type { TestJob } from '../../testing/test-job.ts'
import { testJob } from '../../testing/test-job.ts'
import { seed } from './property.ts'
import { randomFrom } from './random.ts'

/** Rows by topic: what a job reads, or what it is to have written. */
export type RowsByTopic = Readonly<Record<string, readonly unknown[]>>

export interface CaseOptions {
  /** Event time that all inputs reach in the end, as if they fell idle: closes what is open. */
  readonly advanceTo?: number
  /** How many random cuts, beside one row at a time and all rows at once. */
  readonly runs?: number
  /** What the job finds there, before it reads a row. */
  readonly prepare?: (driver: TestJob) => void
  /** What it scores with. */
  readonly models?: ModelHome
}

/** One piece of a run: some rows of one topic, and whether the job is stopped and restored behind them. */
interface Piece {
  readonly topic: string
  readonly rows: readonly unknown[]
  readonly restart: boolean
}

/**
 * Runs a job over the same rows under many cuts, with restarts at random places, and compares what it
 * writes: exactly where there is one input, else, as the inputs are interleaved at random, as a multiset.
 */
export async function checkCuts(
  job: Job,
  inputs: RowsByTopic,
  expected: RowsByTopic,
  options: CaseOptions = {},
): Promise<void> {
  const ordered = Object.keys(inputs).length === 1
  for (const { name, pieces } of cutsOf(inputs, options.runs ?? 4)) {
    const actual = await outputsOf(job, pieces, Object.keys(expected), options)
    for (const [topic, rows] of Object.entries(expected)) {
      const message = `${topic}, ${name}; repeat with HEADRACE_SEED=${seed}`
      assert.deepEqual(arranged(actual[topic] ?? [], ordered), arranged(rows, ordered), message)
    }
  }
}

/** What a job has written after all rows came in one piece. */
export async function outputOf<T = Record<string, unknown>>(
  job: Job,
  inputs: RowsByTopic,
  topic: string,
  advanceTo?: number,
): Promise<T[]> {
  const end = advanceTo === undefined ? {} : { advanceTo }
  const outputs = await outputsOf(job, inOnePiece(inputs), [topic], end)
  return outputs[topic] as T[]
}

async function outputsOf(
  job: Job,
  pieces: readonly Piece[],
  topics: readonly string[],
  { advanceTo, prepare, models }: CaseOptions,
): Promise<Record<string, unknown[]>> {
  const driver = testJob(job, models && { models })
  prepare?.(driver)
  for (const { topic, rows, restart } of pieces) {
    driver.push(topic, rows)
    if (restart) driver.restart()
  }
  if (advanceTo !== undefined) driver.advanceTo(advanceTo)
  const outputs: Record<string, unknown[]> = {}
  for (const topic of topics) outputs[topic] = await driver.output(topic)
  await driver.close()
  return outputs
}

function cutsOf(inputs: RowsByTopic, runs: number): { name: string; pieces: Piece[] }[] {
  const random = randomFrom(seed)
  const cuts = [
    { name: 'all at once', pieces: inOnePiece(inputs) },
    { name: 'row by row', pieces: interleaved(inputs, random, () => 1, 0) },
  ]
  for (let run = 0; run < runs; run++) {
    const longest = 1 + Math.floor(random() * 20)
    const size = () => 1 + Math.floor(random() * longest)
    const pieces = interleaved(inputs, random, size, run === 0 ? 0 : 0.3)
    cuts.push({
      name: `cut ${pieces.map(piece => `${piece.rows.length}${piece.restart ? '!' : ''}`).join(' ')}`,
      pieces,
    })
  }
  return cuts
}

function inOnePiece(inputs: RowsByTopic): Piece[] {
  return Object.entries(inputs).map(([topic, rows]) => ({ topic, rows, restart: false }))
}

function interleaved(
  inputs: RowsByTopic,
  random: () => number,
  size: () => number,
  restarts: number,
): Piece[] {
  const waiting = Object.entries(inputs).map(([topic, rows]) => ({ topic, rows, next: 0 }))
  const pieces: Piece[] = []
  for (;;) {
    const left = waiting.filter(({ rows, next }) => next < rows.length)
    const chosen = left[Math.floor(random() * left.length)]
    if (chosen === undefined) return pieces
    const to = chosen.next + size()
    pieces.push({
      topic: chosen.topic,
      rows: chosen.rows.slice(chosen.next, to),
      restart: random() < restarts,
    })
    chosen.next = to
  }
}

function arranged(rows: readonly unknown[], ordered: boolean): unknown[] {
  if (ordered) return [...rows]
  const text = (row: unknown) =>
    JSON.stringify(Object.entries(row as object).sort(([a], [b]) => (a < b ? -1 : 1)))
  return [...rows]
    .map(row => ({ row, text: text(row) }))
    .sort((a, b) => (a.text < b.text ? -1 : 1))
    .map(({ row }) => row)
}
