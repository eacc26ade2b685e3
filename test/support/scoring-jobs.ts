import { Graph, writeModelFolder } from '../../connectors/onnx/write/index.ts'
import type { Job } from '../../engine/index.ts'
import { double, int, job, long, model, record, sink, source, timestamp, topic } from '../../engine/index.ts'
import { score } from '../../operators/index.ts'

/** Jobs that score with ONNX, for worker threads to load by name from this module too. */
export const Reading = record('Reading', { at: timestamp(), sensor: int(), value: long() })
export type AnyReading = { at: number; sensor: number; value: number }
export const readings = topic('readings', Reading, { time: 'at', lateness: 0, key: 'sensor' })
export const Answer = record('Answer', { value: long(), answer: double(), modelVersion: int() })
export const answers = topic('answers', Answer)

/** Each version answers with the value and a thousand for each of its number. */
export const Adder = model('adder', { inputs: { value: double() }, outputs: { answer: double() } })

export function answerOf(value: number, version: number): number {
  return value + 1000 * version
}

export const scoringJob = (): Job =>
  job('scoring', () => {
    source('readings', readings).pipe(score('answers', Adder, {}), sink('out', answers))
  })

/** Writes a version; with `work` it multiplies matrices of that size before it answers. */
export async function writeAdder(dir: string, version: number, work = 0): Promise<void> {
  const graph = new Graph('adder')
  const value = graph.input('value', 'float32', ['rows', 1], 'a number')
  const answer = graph.add(value, graph.constant('float32', [1000 * version], [1, 1]))
  graph.output('answer', work === 0 ? answer : graph.add(answer, nothing(graph, work, value)), 'a larger one')
  await writeModelFolder(dir, {
    name: Adder.name,
    version,
    export: graph.finish(),
    columns: { inputs: { value: ['value'] } },
    parity: { inputs: { value: [1, 2] }, outputs: { answer: [answerOf(1, version), answerOf(2, version)] } },
  })
}

type Floats = ReturnType<Graph['add']>

/** Zeros that take their time. */
function nothing(graph: Graph, size: number, value: Floats): Floats {
  const matrix = (rows: number, columns: number) =>
    graph.constant('float32', new Float32Array(rows * columns), [rows, columns])
  const bias = (columns: number) => graph.constant('float32', new Float32Array(columns), [columns])
  const wide = graph.gemm(value, matrix(1, size), bias(size))
  return graph.gemm(graph.gemm(wide, matrix(size, size), bias(size)), matrix(size, 1), bias(1))
}
