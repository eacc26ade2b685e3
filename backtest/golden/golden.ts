import type { Job } from '../../engine/job.ts'
import { withParameters } from '../../engine/param.ts'
import type { InputCounts } from '../../engine/progress.ts'
import type { Tolerance } from '../diff/tolerance.ts'
import type { RowComparison } from './compare-rows.ts'
import { columnsOf, compareRows } from './compare-rows.ts'
import type { GoldenCard, GoldenPlace } from './golden-files.ts'
import { damaged, expectedDir, readCard, relativeSlice, sliceOf, writeGolden } from './golden-files.ts'
import { rowText } from './row-text.ts'
import type { SliceResults, SliceRun } from './run-slice.ts'
import { runSlice } from './run-slice.ts'

/** A number that is not what was expected, with what it counts. */
export interface CountChange {
  readonly what: string
  readonly expected: number
  readonly found: number
}

export interface OutputComparison extends RowComparison {
  readonly output: string
  /** Rows; null where there was no such output, or is none any more. */
  readonly expected: number | null
  readonly found: number | null
}

/** What a job gives over a slice, compared with what is expected of it. */
export interface GoldenComparison {
  readonly golden: string
  readonly job: string
  readonly isEqual: boolean
  readonly counts: readonly CountChange[]
  readonly outputs: readonly OutputComparison[]
}

export type GoldenRun = Omit<SliceRun, 'slice'>

/** Writes what the job gives over the slice as what is expected from now on. */
export async function updateGolden(
  place: GoldenPlace,
  run: GoldenRun,
  slice = sliceOf(place, readCard(place)),
): Promise<GoldenCard> {
  const job = withPinned(run.job, readCard(place))
  const results = await runSlice({ ...run, job, slice })
  const card = cardOf(job, relativeSlice(place, slice), results)
  const rows = results.outputs.map(
    ({ name, schema, rows }) => [name, rows.map(row => rowText(schema, row))] as const,
  )
  writeGolden(place, card, new Map(rows))
  return card
}

/** Runs the job over the slice and says what differs, with the parameters and the versions of models that it had then. */
export async function checkGolden(
  place: GoldenPlace,
  run: GoldenRun,
  tolerances: ReadonlyMap<string, Tolerance> = new Map(),
): Promise<GoldenComparison> {
  const card = readCard(place)
  if (card === undefined)
    throw damaged(expectedDir(place), 'nothing has been written there that a job could be checked by')
  if (card.job !== run.job.name) {
    throw damaged(expectedDir(place), `it is what the job ${card.job} gives, not ${run.job.name}`)
  }
  const versions = { ...card.models, ...run.versions }
  const job = withPinned(run.job, card)
  const results = await runSlice({ ...run, job, versions, slice: sliceOf(place, card) })
  const outputs = await compareOutputs(place, card, results, tolerances)
  const counts = countChanges(card, results)
  const isEqual = counts.length === 0 && outputs.every(output => output.isEqual)
  return { golden: place.name, job: card.job, isEqual, counts, outputs }
}

/** Parameters stay as they were, where they are not set anew. */
function withPinned(job: Job, card: GoldenCard | undefined): Job {
  return withParameters(job, { ...card?.parameters, ...job.parameters })
}

function cardOf(
  { name: job, parameters }: Job,
  slice: string,
  { outputs, models, inputs, late, rejected }: SliceResults,
): GoldenCard {
  const cards = outputs.map(({ name, rows, key, schema }) => {
    return [name, { rows: rows.length, key, columns: columnsOf(schema) }] as const
  })
  return {
    ...{ format: 1, job, slice, parameters, models, inputs, late, rejected },
    outputs: Object.fromEntries(cards),
  }
}

async function compareOutputs(
  place: GoldenPlace,
  { outputs }: GoldenCard,
  results: SliceResults,
  tolerances: ReadonlyMap<string, Tolerance>,
): Promise<OutputComparison[]> {
  const found = new Map(results.outputs.map(output => [output.name, output]))
  const names = [...new Set([...Object.keys(outputs), ...found.keys()])].sort()
  const compared: OutputComparison[] = []
  for (const name of names) {
    const [card, output] = [outputs[name], found.get(name)]
    const rows = { output: name, expected: card?.rows ?? null, found: output?.rows.length ?? null }
    if (card === undefined || output === undefined) {
      compared.push({ ...rows, isEqual: false, columns: [], difference: null })
    } else compared.push({ ...rows, ...(await compareRows(place, card, output, tolerances)) })
  }
  return compared
}

function countChanges(card: GoldenCard, results: SliceResults): CountChange[] {
  const inputs = (of: GoldenCard['inputs'], count: keyof InputCounts) =>
    Object.fromEntries(Object.entries(of).map(([id, counts]) => [id, counts[count]]))
  return [
    ...changed('records read by', inputs(card.inputs, 'read'), inputs(results.inputs, 'read')),
    ...changed('records rejected by', inputs(card.inputs, 'rejected'), inputs(results.inputs, 'rejected')),
    ...changed('rows rejected by', card.rejected, results.rejected),
    ...changed('rows too late for', card.late, results.late),
  ]
}

function changed(
  what: string,
  expected: Readonly<Record<string, number>>,
  found: Readonly<Record<string, number>>,
): CountChange[] {
  return [...new Set([...Object.keys(expected), ...Object.keys(found)])]
    .map(id => ({ what: `${what} ${id}`, expected: expected[id] ?? 0, found: found[id] ?? 0 }))
    .filter(change => change.expected !== change.found)
}
