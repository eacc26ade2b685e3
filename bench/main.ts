import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { clusterOf } from './kafka/bench-cluster.ts'
import type { Options } from './options.ts'
import { parseOptions, UsageError, usage, workloadNames } from './options.ts'
import { printFields, printHead, printRow } from './table.ts'
import type { WorkloadOptions, WorkloadResult } from './workloads.ts'

/** Gives the status to exit with. What a suite needs is loaded only for it. */
const suites: Readonly<Record<string, (options: Options) => Promise<number>>> = {
  workloads,
  stages: async ({ events, keys = 10_000, json }) => {
    const { runStages } = await import('./stages.ts')
    return runStages({ events, keys, json })
  },
  state: async ({ keys = 1_000_000, json, brokers }) => {
    if (brokers === undefined) {
      const { runState } = await import('./state.ts')
      return runState({ keys, json })
    }
    const { runRestore } = await import('./kafka/restore.ts')
    return printResult(await runRestore(await clusterOf(brokers), keys), json)
  },
  influx: async ({ events, json }) => {
    const { runInflux } = await import('./influx.ts')
    let failed = 0
    await runInflux(events, result => {
      failed += printResult(result, json)
    })
    return failed === 0 ? 0 : 1
  },
  flagship: async ({ events, brokers: given, rates, seconds = 20, commitMs = 50, json }) => {
    if (given === undefined) {
      const { runEmbedded } = await import('./flagship/embedded.ts')
      return printResult(await runEmbedded(events), json)
    }
    const { runOnServers } = await import('./flagship/servers.ts')
    const brokers = await clusterOf(given)
    let failed = 0
    await runOnServers({ brokers, rates: orElse(rates, 10_000), seconds, commitMs }, result => {
      failed += printResult(result, json)
    })
    return failed === 0 ? 0 : 1
  },
  features: async ({ events: rows, keys = 100_000, seconds = 5, json }) => {
    const { runFeatures } = await import('./features/main.ts')
    let failed = 0
    await runFeatures({ rows, keys, seconds }, result => {
      failed += printResult(result, json)
    })
    return failed === 0 ? 0 : 1
  },
  recommend: async ({ data, json }) => {
    if (data === undefined) throw new UsageError('recommend needs --data DIR')
    const { runRecommend } = await import('./recommend/main.ts')
    let failed = 0
    await runRecommend(data, result => {
      failed += printResult(result, json)
    })
    return failed === 0 ? 0 : 1
  },
  scoring: async ({ events: rows, json }) => {
    const { runScoring } = await import('./scoring/main.ts')
    let failed = 0
    await runScoring(rows, result => {
      failed += printResult(result, json)
    })
    return failed === 0 ? 0 : 1
  },
  drift: async ({ events: values, json }) => {
    const { runDrift } = await import('./drift/main.ts')
    let failed = 0
    runDrift({ values, streams: 40 }, result => {
      failed += printResult(result, json)
    })
    return failed === 0 ? 0 : 1
  },
  serving: async ({ rates, seconds = 10, json }) => {
    const { runServing } = await import('./serving/main.ts')
    let failed = 0
    for (const rate of orElse(rates, 1000)) {
      await runServing({ rate, seconds }, result => {
        failed += printResult(result, json)
      })
    }
    return failed === 0 ? 0 : 1
  },
  diff: async ({ events: rows, keys = 10_000, json }) => {
    const { runDiff } = await import('./diff/main.ts')
    return printResult(await runDiff(rows, keys), json)
  },
  export: async ({ events, keys = 10_000, json }) => {
    const { runTrainingSet } = await import('./training-set/main.ts')
    return printResult(await runTrainingSet(events, keys), json)
  },
  replay: async options => {
    const { encoding, events, workload = 'W1', keys = 10_000, json } = options
    const { runReplay } = await import('./replay/main.ts')
    const [guarantee] = options.guarantees
    const common = { workload, encoding, events, keys }
    const live = onLog({ ...common, guarantee, workers: 1, commitMs: options.commitMs ?? 1000, audit: false })
    if (live === undefined) return 1
    let failed = printResult(live, json)
    for (const workers of options.workers) {
      const { eventsPerCpuSecond: liveEventsPerCpuSecond } = live
      failed += printResult(await runReplay({ ...common, workers, liveEventsPerCpuSecond }), json)
    }
    return failed === 0 ? 0 : 1
  },
  latency: async options => {
    const { keys = 1000, commitMs = 100, rates, seconds = 20, json } = options
    const { runLatency } = await import('./kafka/latency.ts')
    const brokers = await clusterOf(options.brokers)
    let failed = 0
    for (const rate of orElse(rates, 10_000)) {
      for (const { guarantee, workers } of variantsOf(options)) {
        const result = await runLatency({ brokers, guarantee, workers, keys, commitMs, rate, seconds })
        failed += printResult(result, json)
      }
    }
    return failed === 0 ? 0 : 1
  },
}

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2))
  const { help, suite } = options
  if (help || suite === undefined) {
    process.stdout.write(usage)
    return help ? 0 : 2
  }
  const run = suites[suite]
  if (run === undefined) throw new UsageError(`there is no suite "${suite}"\n${usage}`)
  return run(options)
}

async function workloads(options: Options): Promise<number> {
  const { json, encoding, events, audit, commitMs = 1000 } = options
  const brokers = options.brokers === undefined ? undefined : await clusterOf(options.brokers)
  if (!json) printHead()
  let failed = 0
  for (const workload of options.workload === undefined ? workloadNames : [options.workload]) {
    const keys = options.keys ?? (workload === 'W2' ? 1000 : 10_000)
    for (const variant of variantsOf(options)) {
      const run = { ...variant, workload, encoding, events, keys, commitMs, audit }
      const result = brokers === undefined ? onLog(run) : await onKafka(run, brokers)
      if (!result?.ok) failed++
      if (result !== undefined && json) process.stdout.write(`${JSON.stringify(result)}\n`)
      else if (result !== undefined) printRow(result)
    }
  }
  return failed === 0 ? 0 : 1
}

/** Undefined where the run has failed; it has said why. */
function onLog(options: WorkloadOptions): WorkloadResult | undefined {
  const script = fileURLToPath(new URL('workload-main.ts', import.meta.url))
  const { stdout } = spawnSync(process.execPath, [...process.execArgv, script, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  })
  return stdout === '' ? undefined : (JSON.parse(stdout) as WorkloadResult)
}

async function onKafka(options: WorkloadOptions, brokers: readonly string[]): Promise<WorkloadResult> {
  const { runOnKafka } = await import('./kafka/workloads.ts')
  return runOnKafka(options, brokers)
}

function variantsOf({ guarantees, workers }: Options): Pick<WorkloadOptions, 'guarantee' | 'workers'>[] {
  return guarantees.flatMap(guarantee => workers.map(count => ({ guarantee, workers: count })))
}

function orElse(rates: readonly number[], usual: number): readonly number[] {
  return rates.length === 0 ? [usual] : rates
}

function printResult(result: { readonly ok: boolean }, json: boolean): number {
  if (json) process.stdout.write(`${JSON.stringify(result)}\n`)
  else printFields(result)
  return result.ok ? 0 : 1
}

try {
  process.exitCode = await main()
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 2
}
