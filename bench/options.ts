import { parseArgs } from 'node:util'
import type { Encoding, Workload } from './topics.ts'
import { outputs } from './topics.ts'
import type { WorkloadOptions } from './workloads.ts'

export const usage = `npm run -s bench -- <suite> [options]

suites
  workloads   W0 to W4 of the common workload, from the embedded log to the embedded log, or from Kafka to Kafka
  stages      each stage alone: scan, decode, window, encode
  state       a window's state in one task: memory a key, snapshot, restore; on Kafka: restore
  influx      points into an InfluxDB of its own, beside a loop that only posts lines
  latency     on Kafka: from an event's being sent to its result's being visible
  serving     the model server: requests at a rate, and ten thousand at once
  diff        two outputs of --events rows each, compared
  export      a training set of --events events, with a label for each ten of them at a time of its own
  replay      a workload's topic replayed, beside the live run over it
  features    feature views in Redis and SQLite: written, read in process and over HTTP
  scoring     the score operator beside the ONNX runtime alone, with a model of layers and one of trees
  drift       drift of ten fields by four tests: the time a value, false alarms, how soon a shift is found
  flagship    jobs/clickstream.ts as a whole: on embedded parts, or at a rate on Kafka, Redis and InfluxDB
  recommend   EASE against popularity on the data sets in --data, judged by what users took later

options
  --brokers host:port,...     on this Kafka cluster; "own": on a broker that is started for the run
  --workload W1               only this one (default: all)
  --encoding avro|json        default avro
  --events N                  default 5000000 (diff: 10000000, export: 1000000)
  --keys K                    default 10000 (W2, latency: 1000, features: 100000, state: 1000000)
  --guarantee none|alos|eos   default eos; several: alos,eos; none: on the embedded log only
  --commit-ms N               milliseconds between commits, default 1000 (latency: 100, flagship: 50)
  --workers N                 threads that the partitions are spread over, default 1 (replay: 1,2); several: 1,2
  --audit                     count what becomes of each row (workloads on the embedded log)
  --rate N                    events a second (latency, flagship), default 10000; several: 10000,100000; requests a
                              second (serving), default 1000
  --seconds N                 how long it is measured (latency, flagship), default 20; (serving) 10; each reading
                              (features) 5
  --data DIR                  where the data sets are (recommend)
  --json                      one JSON object a line instead of a table
`

export class UsageError extends Error {}

export const workloadNames = Object.keys(outputs) as Workload[]

export interface Options {
  readonly suite: string | undefined
  readonly help: boolean
  readonly json: boolean
  readonly audit: boolean
  readonly brokers: string | undefined
  readonly workload: Workload | undefined
  readonly encoding: Encoding
  /** A run for each of them, with each number of workers. */
  readonly guarantees: readonly WorkloadOptions['guarantee'][]
  readonly workers: readonly number[]
  readonly events: number
  readonly keys: number | undefined
  readonly commitMs: number | undefined
  /** A run for each of them; none: as the suite has it. */
  readonly rates: readonly number[]
  readonly seconds: number | undefined
  readonly data: string | undefined
}

const text = { type: 'string' } as const
const flag = { type: 'boolean', default: false } as const

export function parseOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      brokers: text,
      workload: text,
      encoding: text,
      events: text,
      keys: text,
      guarantee: text,
      'commit-ms': text,
      workers: text,
      rate: text,
      seconds: text,
      data: text,
      json: flag,
      audit: flag,
      help: flag,
    },
  })
  return {
    suite: positionals[0],
    help: values.help,
    json: values.json,
    audit: values.audit,
    brokers: values.brokers,
    workload: oneOf('workload', workloadNames, values.workload),
    encoding: oneOf('encoding', ['avro', 'json'], values.encoding) ?? 'avro',
    guarantees: listOf(values.guarantee, one => oneOf('guarantee', ['none', 'alos', 'eos'], one)) ?? ['eos'],
    workers:
      listOf(values.workers, one => whole('workers', one)) ?? (positionals[0] === 'replay' ? [1, 2] : [1]),
    events: whole('events', values.events) ?? usualEvents(positionals[0]),
    keys: whole('keys', values.keys),
    commitMs: whole('commit-ms', values['commit-ms']),
    rates: listOf(values.rate, one => whole('rate', one)) ?? [],
    seconds: whole('seconds', values.seconds),
    data: values.data,
  }
}

function listOf<T>(given: string | undefined, read: (one: string) => T | undefined): T[] | undefined {
  return given?.split(',').map(one => read(one) as T)
}

function oneOf<T extends string>(
  name: string,
  allowed: readonly T[],
  given: string | undefined,
): T | undefined {
  const found = allowed.find(value => value === given)
  if (found !== undefined || given === undefined) return found
  throw new UsageError(`--${name} is "${given}", it has to be one of ${allowed.join(', ')}`)
}

function whole(name: string, given: string | undefined): number | undefined {
  if (given === undefined) return undefined
  if (/^[1-9]\d*$/.test(given)) return Number(given)
  throw new UsageError(`--${name} is "${given}", it has to be a whole number, 1 or more`)
}

function usualEvents(suite: string | undefined): number {
  if (suite === 'export') return 1_000_000
  return suite === 'diff' ? 10_000_000 : 5_000_000
}
