import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { openLogHome } from '../../connectors/log/home.ts'
import { LogProducer } from '../../connectors/log/producer.ts'
import { OnnxModels } from '../../connectors/onnx/home.ts'
import { RowReader } from '../../engine/io/row-reader.ts'
import { RowWriter } from '../../engine/io/row-writer.ts'
import { topicSpec } from '../../engine/topic.ts'
import { answers, readings } from './scoring-jobs.ts'

export interface AnswerRow {
  readonly value: number
  readonly answer: number
  readonly modelVersion: number
}

/** A log with readings, and a directory with models. */
export class ScoringPlace {
  readonly dir: string
  readonly models: OnnxModels
  readonly log: { readonly dir: string; readonly fsync: 'never' }
  private readonly partitions: number

  constructor(t: Pick<TestContext, 'after'>, partitions = 4) {
    this.partitions = partitions
    this.dir = mkdtempSync(path.join(tmpdir(), 'headrace-scoring-'))
    t.after(() => rmSync(this.dir, { recursive: true, force: true }))
    this.log = { dir: path.join(this.dir, 'log'), fsync: 'never' }
    this.models = new OnnxModels({ dir: path.join(this.dir, 'models') })
    mkdirSync(this.log.dir)
  }

  /** Readings with the values `from` to `to`, one after the other in all partitions. */
  async write(from: number, to: number): Promise<void> {
    const home = openLogHome(this.log)
    const spec = topicSpec(readings)
    if ((await home.partitions(spec.name)) === undefined) await home.createTopic(spec.name, this.partitions)
    const producer = LogProducer.open(spec.name, this.log)
    const append = (_: string, partition: number, batch: Uint8Array) => {
      producer.append(partition, batch)
    }
    const writer = new RowWriter(spec, 'at', this.partitions, { append })
    for (let first = from; first < to; first += 1000) {
      const rows = Array.from({ length: Math.min(1000, to - first) }, (_, k) => first + k)
      writer.write(rows.map(value => ({ at: value, sensor: value % 64, value })))
      await writer.flush()
    }
    producer.commit()
    producer.close()
    writer.close()
    await home.close()
  }

  /** What was committed to each partition of the output, in order. */
  async answers(): Promise<AnswerRow[][]> {
    const home = openLogHome(this.log)
    const spec = topicSpec(answers)
    const count = (await home.partitions(spec.name)) ?? 0
    const found = Array.from({ length: count }, async (_, partition) => {
      const rows: AnswerRow[] = []
      const source = await home.openSource(spec.name, partition)
      const reader = new RowReader<AnswerRow>(spec, partition, source, 0)
      for (let some = await reader.read(); some.length > 0; some = await reader.read()) {
        rows.push(...some.map(({ row }) => row as AnswerRow))
      }
      reader.close()
      return rows
    })
    return Promise.all(found).finally(() => home.close())
  }
}
