import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { ensureModels } from '../../cli/demo/demo-models.ts'
import type { FsyncPolicy } from '../../connectors/log/writer-options.ts'
import { isStored } from './expected-stored.ts'
import { runKafkaRound } from './kafka/round.ts'
import type { Outcome } from './outputs.ts'
import { outputTopics, recordsOf } from './outputs.ts'
import type { RoundOptions } from './round.ts'
import { runRound } from './round.ts'
import type { Subject } from './subject.ts'
import { subjects } from './subjects.ts'

const usage = `npm run -s chaos -- [options]

Disturbs engines again and again while they work, and compares with an uninterrupted run.

  --rounds N                    default 1
  --seed N                      of the first round, default from the clock
  --on kafka|stores|flagship|log
                                where the job lives: by default two processes on a cluster of three
                                Kafka brokers that are disturbed too; or on one broker, with views in
                                a Redis and series in an InfluxDB that are disturbed above all; there,
                                but the flagship with its models; or one process on the embedded log
  --json                        one JSON object a line

On servers:
  --faults N                    in each round, default 12: engines are killed, paused, stopped and joined
                                by a third, servers are killed and stopped

On the embedded log:
  --stops N                     in each round, default 50
  --by kill|disk                what stops it: a SIGKILL, or a disk that fails; default kill
  --fsync commit|always|never   default commit
`

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Date.now() & 0x7fffffff) },
    on: { type: 'string', default: 'kafka' },
    faults: { type: 'string', default: '12' },
    stops: { type: 'string', default: '50' },
    by: { type: 'string', default: 'kill' },
    fsync: { type: 'string', default: 'commit' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

async function main(): Promise<void> {
  if (values.help) return void process.stdout.write(usage)
  const models = mkdtempSync(path.join(tmpdir(), 'headrace-chaos-models-'))
  try {
    if (values.on === 'flagship') await ensureModels(models, () => {})
    for (let round = 0; round < Number(values.rounds); round++) await one(Number(values.seed) + round, models)
  } finally {
    rmSync(models, { recursive: true })
  }
}

async function one(seed: number, models: string): Promise<void> {
  const start = performance.now()
  const ended = await (values.on === 'log' ? onLog(seed) : onServers(seed, models)).catch(failureOf)
  const seconds = Math.round((performance.now() - start) / 100) / 10
  print({ seed, on: values.on, ...ended, seconds, ok: !('error' in ended) })
  if ('error' in ended) process.exitCode = 1
}

async function onServers(seed: number, models: string): Promise<object> {
  const { outcome, subject, modelsDir, ...round } = await runKafkaRound({
    subject: values.on === 'flagship' ? 'flagship' : 'chaos',
    seed,
    stores: values.on === 'kafka' ? 'files' : 'servers',
    modelsDir: values.on === 'flagship' ? models : undefined,
    faults: Number(values.faults),
  })
  return { ...round, records: counted(subjects[subject], outcome) }
}

async function onLog(seed: number): Promise<object> {
  const by = values.by as RoundOptions['by']
  const fsync = values.fsync as FsyncPolicy
  const { outcome, ...round } = await runRound({ seed, stops: Number(values.stops), by, fsync })
  return { ...round, records: counted(subjects.chaos, outcome) }
}

function failureOf(error: Error): { readonly error: string } {
  const cause = error.cause instanceof Error ? (error.cause.stack ?? '') : ''
  return { error: `${error.message}\n${cause}` }
}

function counted(subject: Subject, outcome: Outcome): Record<string, number> {
  const records = outputTopics(subject).map(topic => [topic, recordsOf(outcome, topic)])
  const stored = [...outcome].filter(([name]) => isStored(name)).map(([name, lines]) => [name, lines.length])
  return Object.fromEntries([...records, ...stored])
}

function print(line: object): void {
  const fields = Object.entries(line).map(([name, value]) => `${name} ${textOf(value)}`)
  process.stdout.write(`${values.json ? JSON.stringify(line) : fields.join(', ')}\n`)
}

function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  return `(${Object.entries(value)
    .map(pair => pair.join(' '))
    .join(', ')})`
}

await main()
