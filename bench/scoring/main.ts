import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { OnnxModels } from '../../connectors/onnx/home.ts'
import { onnxRuntime, openSession } from '../../connectors/onnx/runtime.ts'
import { writeModelFolder } from '../../connectors/onnx/write/index.ts'
import { NumberColumn } from '../../engine/batch/columns.ts'
import { double } from '../../engine/batch/schema.ts'
import { limits } from '../../engine/limits.ts'
import type { Model } from '../../engine/models/model.ts'
import { model } from '../../engine/models/model.ts'
import { calibrate } from '../calibration.ts'
import { round } from '../workloads.ts'
import type { Bare } from './bare.ts'
import { ByHand, runTensors, tensorsOf } from './bare.ts'
import type { BenchModel } from './models.ts'
import { dense, featureNames, forest } from './models.ts'
import { LoneScore } from './step.ts'

/** Rows that differ from one another: a processor learns which branches the rows of a moment ago have taken. */
const BATCHES = 2
/** Turns that the ways take one after the other, so that what else the machine does meets all of them. */
const TURNS = 20
/** Turns before them, in which the code becomes as fast as it will be. */
const WARM_TURNS = 4
const LEAST_RATIO = 0.9
const MOST_OVERHEAD_NS = 100

interface Result {
  readonly suite: 'scoring'
  readonly model: string
  readonly N: number
  readonly ok: boolean
}

/** Scores rows through the operator and through the runtime alone, by turns, with a model of layers and one of trees. */
export async function runScoring(rows: number, tell: (result: Result) => void): Promise<void> {
  const dir = await mkdtemp(path.join(tmpdir(), 'headrace-bench-'))
  const random = randomNumbers(1)
  try {
    tell(await measure(dense(random), rows, dir, random))
    // Trees take a hundred times longer.
    tell(await measure(forest(random), Math.ceil(rows / 50), dir, random))
  } finally {
    await rm(dir, { recursive: true })
  }
}

async function measure(bench: BenchModel, rows: number, dir: string, random: () => number): Promise<Result> {
  const named = model(bench.name, {
    inputs: Object.fromEntries(featureNames.map(name => [name, double()])),
    outputs: { score: double() },
  }) as Model
  const models = new OnnxModels({ dir })
  await writeModelFolder(dir, {
    name: bench.name,
    export: bench.export,
    columns: { inputs: { [bench.input]: featureNames } },
  })
  await models.folder.promote(bench.name, 1)
  const loaded = await models.load(named, 1)
  const step = await LoneScore.open(named, models)
  const session = await openSession(bench.export.bytes, bench.name)
  const { Tensor: makeTensor } = await onnxRuntime()
  const bare: Bare = {
    session,
    makeTensor,
    input: bench.input,
    output: bench.output,
    batchRows: loaded.batchRows,
  }
  const { batchRows: size } = limits
  const batches = Array.from({ length: BATCHES }, () =>
    featureNames.map(() => new NumberColumn(Float64Array.from({ length: size }, random))),
  )
  const byHand = new ByHand(bare, size)
  const tensors = batches.map(columns => tensorsOf(bare, columns, size))
  const ways = {
    operator: (batch: number) => step.push(batches[batch], size),
    tensors: (batch: number) => runTensors(bare, tensors[batch]),
    columns: (batch: number) => byHand.run(batches[batch]),
  }
  const isEqual = await agrees(step, byHand, batches, size)
  const turnBatches = Math.max(1, Math.ceil(rows / size / TURNS))
  const spent = await takeTurns(ways, turnBatches)
  step.close()
  await loaded.close()
  await session.release()
  return resultOf(bench.name, TURNS * turnBatches * size, loaded.batchRows, isEqual, spent)
}

type Way = 'operator' | 'tensors' | 'columns'
/** CPU seconds of each turn, and the time of all of them. */
type Spent = Record<Way, { turns: number[]; wall: number }>

async function takeTurns(
  ways: Readonly<Record<Way, (batch: number) => Promise<unknown>>>,
  batches: number,
): Promise<Spent> {
  const names = Object.keys(ways) as Way[]
  const spent = Object.fromEntries(names.map(name => [name, { turns: [] as number[], wall: 0 }])) as Spent
  for (let turn = 0; turn < WARM_TURNS + TURNS; turn++) {
    for (const name of names) {
      const wall = performance.now()
      const cpu = process.cpuUsage()
      for (let batch = 0; batch < batches; batch++) await ways[name](batch % BATCHES)
      const { user, system } = process.cpuUsage(cpu)
      if (turn < WARM_TURNS) continue
      spent[name].turns.push((user + system) / 1e6)
      spent[name].wall += (performance.now() - wall) / 1e3
    }
  }
  return spent
}

async function agrees(
  step: LoneScore,
  byHand: ByHand,
  batches: readonly (readonly NumberColumn[])[],
  rows: number,
): Promise<boolean> {
  for (const columns of batches) {
    await step.push(columns, rows)
    const expected = await byHand.run(columns)
    if (!step.scores.every((score, row) => score === expected[row])) return false
  }
  return true
}

function resultOf(name: string, N: number, batchRows: number, isEqual: boolean, spent: Spent) {
  // Of the turn in the middle: what else the machine does makes some of them much longer.
  const middleOf = (way: Way) => spent[way].turns.toSorted((a, b) => a - b)[TURNS >> 1]
  const nsOf = (way: Way) => (middleOf(way) / (N / TURNS)) * 1e9
  const rateOf = (way: Way) => Math.round(1e9 / nsOf(way))
  const overheadNsPerRow = round(nsOf('operator') - nsOf('tensors'))
  const ratio = round(nsOf('columns') / nsOf('operator'))
  return {
    suite: 'scoring' as const,
    model: name,
    N,
    batchRows,
    cpuSecondsMeasured: round(spent.operator.turns.reduce((sum, turn) => sum + turn, 0)),
    wallSeconds: round(spent.operator.wall),
    rowsPerSecond: rateOf('operator'),
    bareRowsPerSecond: rateOf('columns'),
    readyTensorRowsPerSecond: rateOf('tensors'),
    overheadNsPerRow,
    ratio,
    calibration: calibrate(),
    ok: isEqual && ratio >= LEAST_RATIO && overheadNsPerRow < MOST_OVERHEAD_NS,
  }
}

/** The same ones each time. */
function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
