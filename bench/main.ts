import { spawnSync } from 'node:child_process'
import type { BenchCluster } from './kafka/guarantees.ts'
import type { Options } from './options.ts'
import { parseOptions, UsageError, usage, workloadNames } from './options.ts'
import { printFields, printHead, printRow } from './table.ts'
import type { Workload } from './topics.ts'
import type { WorkloadOptions, WorkloadResult } from './workloads.ts'
import { runWorkload } from './workloads.ts'

/** Gives the status to exit with. What a suite needs is loaded only for it. */
const suites: Readonly<Record<string, (options: Options) => Promise<number>>> = {
  workloads,
  stages: async ({ events, keys = 10_000, json }) => {
    const { runStages } = await import('./stages.ts')
    return runStages({ events, keys, json })
  },
  state: async options => {
    const { keys = 1_000_000, json } = options
    if (options.brokers === undefined) {
      const { runState } = await import('./state.ts')
      return runState({ keys, json })
    }
    const { runRestore } = await import('./kafka/restore.ts')
    const { brokers } = await clusterOf(options)
    return printResult(await runRestore(brokers, keys), json)
  },
  latency: async options => {
    const { keys = 1000, commitMs = 100, rate, seconds, workers } = options
    const { runLatency } = await import('./kafka/latency.ts')
    const cluster = await clusterOf(options)
    const result = await runLatency({ ...cluster, keys, commitMs, rate, seconds, workers })
    return printResult(result, options.json)
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

/** Each workload in a process of its own: memory and warm code of one must not help or hurt the next. */
async function workloads(options: Options): Promise<number> {
  const { workload, json, inProcess } = options
  if (inProcess && workload !== undefined) {
    return printResult(await runWorkload(optionsOf(workload, options)), true)
  }
  if (!json) printHead()
  let failed = 0
  for (const name of workload === undefined ? workloadNames : [workload]) {
    const result = options.brokers === undefined ? inChild(name) : await onBroker(name, options)
    if (!result?.ok) failed++
    if (result !== undefined && json) process.stdout.write(`${JSON.stringify(result)}\n`)
    else if (result !== undefined) printRow(result)
  }
  return failed === 0 ? 0 : 1
}

async function onBroker(workload: Workload, options: Options): Promise<WorkloadResult> {
  const { runOnBroker } = await import('./kafka/workloads.ts')
  return runOnBroker({ ...optionsOf(workload, options), ...(await clusterOf(options)) })
}

function inChild(workload: Workload): WorkloadResult | undefined {
  const own = ['--workload', workload, '--in-process']
  const { stdout } = spawnSync(
    process.execPath,
    [...process.execArgv, import.meta.filename, ...process.argv.slice(2), ...own],
    { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' },
  )
  return stdout === '' ? undefined : (JSON.parse(stdout) as WorkloadResult)
}

function optionsOf(workload: Workload, options: Options): WorkloadOptions {
  const { encoding, events, guarantee, workers, commitMs = 1000 } = options
  const keys = options.keys ?? (workload === 'W2' ? 1000 : 10_000)
  return { workload, encoding, events, keys, guarantee, workers, commitMs }
}

async function clusterOf({ brokers, guarantee }: Options): Promise<BenchCluster> {
  if (brokers === undefined) throw new UsageError('--brokers is needed')
  if (guarantee === 'none') throw new UsageError('--guarantee none is for the embedded log only')
  if (brokers !== 'own') return { brokers: brokers.split(','), guarantee }
  const { kafka } = await import('../test/support/services/kafka.ts')
  return { ...(await kafka()), guarantee }
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
