import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { HeadraceError, messageOf } from '../engine/errors.ts'

export const usage = `npm run train -- [options]

Trains the models of jobs/clickstream.ts and writes a version of each: anomaly and recommend.

  --data DIR      from the clicks and purchases in this data directory (default: from a generated shop)
  --brokers LIST  from those in Kafka, brokers as host:port,host:port
  --out DIR       the directory of the models (HEADRACE_MODELS; default .headrace/models)
  --events N      how many events are generated (default 1000000)
  --rate N        generated events a second of event time (default 20000: that of \`npm start\`)
  --seed N        of what is generated, and of the training (default 1)
  --budget X      the share of ordinary windows that may be alarms (default 0.001)
  --confidence X  how sure it is that the budget holds (default 0.99)
  --serve         let the new versions serve, also where others do already
  --json          print one JSON object instead of a table
  --help          print this
`

export interface Options {
  readonly help: boolean
  readonly json: boolean
  readonly serve: boolean
  readonly data: string | undefined
  readonly brokers: readonly string[] | undefined
  readonly out: string
  readonly events: number
  readonly rate: number
  readonly seed: number
  readonly budget: number
  readonly confidence: number
}

const text = { type: 'string' } as const
const flag = { type: 'boolean', default: false } as const

export function parseOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Options {
  const values = parse(args)
  return {
    help: values.help,
    json: values.json,
    serve: values.serve,
    data: values.data,
    brokers: values.brokers?.split(','),
    out: values.out ?? env.HEADRACE_MODELS ?? join(values.data ?? '.headrace', 'models'),
    events: whole('events', values.events, 1) ?? 1_000_000,
    rate: whole('rate', values.rate, 1) ?? 20_000,
    seed: whole('seed', values.seed, 0) ?? 1,
    budget: share('budget', values.budget) ?? 0.001,
    confidence: share('confidence', values.confidence) ?? 0.99,
  }
}

function parse(args: readonly string[]) {
  const names = ['data', 'brokers', 'out', 'events', 'rate', 'seed', 'budget', 'confidence'] as const
  const texts = Object.fromEntries(names.map(name => [name, text])) as Record<
    (typeof names)[number],
    typeof text
  >
  try {
    const options = { ...texts, json: flag, serve: flag, help: flag }
    return parseArgs({ args: [...args], options }).values
  } catch (cause) {
    throw wrong(messageOf(cause), cause)
  }
}

function whole(name: string, given: string | undefined, least: number): number | undefined {
  if (given === undefined) return undefined
  if (/^\d+$/.test(given) && Number(given) >= least) return Number(given)
  throw wrong(`--${name} is "${given}", it has to be a whole number, ${least} or more`)
}

function share(name: string, given: string | undefined): number | undefined {
  if (given === undefined) return undefined
  if (Number(given) > 0 && Number(given) < 1) return Number(given)
  throw wrong(`--${name} is "${given}", it has to be between 0 and 1`)
}

function wrong(message: string, cause?: unknown): HeadraceError {
  return new HeadraceError('HR_USAGE', `${message}; npm run train -- --help lists the options`, { cause })
}
