import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import type { Encoding, Workload } from './topics.ts'
import { outputs } from './topics.ts'
import type { WorkloadResult } from './workloads.ts'
import { runWorkload } from './workloads.ts'

const usage = `npm run -s bench -- <suite> [options]

suites
  workloads   W0 to W4 of the common workload, from the embedded log to the embedded log
  stages      each stage alone: scan, decode, window, encode
  state       a window's state in one task: memory a key, snapshot, restore

options
  --workload W1          only this one (default: all)
  --encoding avro|json   default avro
  --events N             default 5000000
  --keys K               default 10000 (W2: 1000, state: 1000000)
  --guarantee none|alos|eos   default eos
  --commit-ms N          milliseconds between commits, default 1000
  --workers N            threads that the partitions are spread over (workloads), default 1
  --json                 one JSON object a line instead of a table
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    workload: { type: 'string' },
    encoding: { type: 'string', default: 'avro' },
    events: { type: 'string', default: '5000000' },
    keys: { type: 'string' },
    guarantee: { type: 'string', default: 'eos' },
    'commit-ms': { type: 'string', default: '1000' },
    workers: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    'in-process': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

async function main(): Promise<number> {
  const [suite] = positionals
  if (values.help || suite === undefined) {
    process.stdout.write(usage)
    return values.help ? 0 : 2
  }
  if (!/^[1-9]\d*$/.test(values.workers)) {
    process.stderr.write(`--workers is "${values.workers}", it has to be a whole number, 1 or more\n`)
    return 2
  }
  if (suite === 'workloads') return values['in-process'] ? one() : workloads()
  if (suite === 'stages') {
    const { runStages } = await import('./stages.ts')
    return runStages({
      events: Number(values.events),
      keys: Number(values.keys ?? 10_000),
      json: values.json,
    })
  }
  if (suite === 'state') {
    const { runState } = await import('./state.ts')
    return runState({ keys: Number(values.keys ?? 1_000_000), json: values.json })
  }
  process.stderr.write(`there is no suite "${suite}"\n${usage}`)
  return 2
}

/** Each workload in a process of its own: memory and warm code of one must not help or hurt the next. */
function workloads(): number {
  const names = values.workload === undefined ? Object.keys(outputs) : [values.workload]
  let failed = 0
  if (!values.json) printHead()
  for (const workload of names) {
    const own = ['--workload', workload, '--in-process', '--json']
    const child = spawnSync(
      process.execPath,
      [...process.execArgv, import.meta.filename, ...process.argv.slice(2), ...own],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        encoding: 'utf8',
        maxBuffer: 1 << 26,
      },
    )
    if (child.status !== 0) failed++
    if (values.json) process.stdout.write(child.stdout)
    else
      for (const line of child.stdout.trim().split('\n')) if (line.startsWith('{')) printRow(JSON.parse(line))
  }
  return failed === 0 ? 0 : 1
}

async function one(): Promise<number> {
  const workload = values.workload as Workload
  if (!(workload in outputs)) {
    process.stderr.write(`there is no workload ${workload}: ${Object.keys(outputs).join(', ')}\n`)
    return 2
  }
  const result = await runWorkload({
    workload,
    encoding: values.encoding as Encoding,
    events: Number(values.events),
    keys: Number(values.keys ?? (workload === 'W2' ? 1000 : 10_000)),
    guarantee: values.guarantee as WorkloadResult['guarantee'] as 'eos',
    commitMs: Number(values['commit-ms']),
    workers: Number(values.workers),
  })
  process.stdout.write(`${JSON.stringify(result)}\n`)
  return result.ok ? 0 : 1
}

function printHead(): void {
  process.stdout.write(
    'workload  encoding  guarantee  workers        N        K  M ev/CPU s  wall s   CPU s  RSS MB   outputs  calibration  ok\n',
  )
}

function printRow(row: WorkloadResult): void {
  const cells = [
    row.workload.padEnd(8),
    row.encoding.padEnd(8),
    row.guarantee.padEnd(9),
    String(row.workers).padStart(7),
    String(row.N).padStart(8),
    String(row.K).padStart(8),
    (row.eventsPerCpuSecond / 1e6).toFixed(2).padStart(10),
    row.wallSeconds.toFixed(2).padStart(7),
    row.cpuSecondsMeasured.toFixed(2).padStart(7),
    String(row.peakRssMB).padStart(7),
    String(row.outputs).padStart(9),
    row.calibration.join('/').padStart(12),
    row.ok ? 'ok' : 'NOT OK',
  ]
  process.stdout.write(`${cells.join('  ')}\n`)
}

process.exitCode = await main()
