import type { Plan } from '../../engine/graph/plan.ts'
import type { Command } from '../command.ts'
import { auditOption, placeOptions } from '../command.ts'
import { loadDeployment } from '../config.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Flags } from '../flags.ts'
import { usageError } from '../flags.ts'
import type { Io } from '../io.ts'
import { jsonLine, print } from '../io.ts'
import { planJob } from '../load-job.ts'
import { existingFile } from '../load-module.ts'
import type { OpenRun } from '../open-run.ts'
import { openRun } from '../open-run.ts'
import { loadSetJob, parameterOptions } from '../parameters.ts'
import { Reporter, styleFor } from '../reporter.ts'
import type { MetricsOptions } from '../settings/metrics.ts'
import { RunMeter } from '../status.ts'
import { StopSignals } from '../stop-signals.ts'
import { summaryLines } from '../summary-text.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import { startTelemetry } from '../telemetry/telemetry.ts'
import { typeCheck } from '../type-check.ts'

export const run: Command = {
  name: 'run',
  summary: 'run a job on Kafka, or on the embedded log where no brokers are configured',
  operands: ['<job.ts>'],
  options: {
    ...placeOptions,
    ...parameterOptions,
    ...auditOption,
    until: { value: 'end', help: 'stop when all that is there has been read' },
    'commit-ms': { value: 'N', help: 'milliseconds between two commits (HEADRACE_COMMIT_MS; default 200)' },
    'reset-step': { value: 'ID', multiple: true, help: 'throw the state of this step away first' },
    partitions: {
      value: 'N',
      help: 'partitions of a source topic that is created (HEADRACE_PARTITIONS; default 4)',
    },
    workers: {
      value: 'N',
      help: 'threads that the partitions are spread over (HEADRACE_WORKERS; default 1)',
    },
    models: { value: 'DIR', help: 'the directory of the models (HEADRACE_MODELS; default .headrace/models)' },
    'no-check': { help: "do not check the job's types with the TypeScript of its project first" },
    'no-create': { help: 'fail where a source topic is missing, instead of creating it' },
    json: { help: 'print JSON lines: one status a second, then one summary' },
  },
  notes:
    'Runs until Ctrl-C, which lets the current turn end, commits and exits; a second Ctrl-C aborts at once.',
  examples: [
    'headrace run jobs/clickstream.ts',
    'headrace run my-job.ts --data /var/lib/headrace --json',
    'headrace run my-job.ts --until end --reset-step per-user',
  ],
  run: async (flags, io) => {
    const untilEnd = flags.oneOf('until', ['end']) !== undefined
    const reporter = new Reporter(io, styleFor(io, flags.on('json')))
    const deployment = await loadDeployment(flags, io)
    const [file] = flags.operands
    const path = existingFile(file, io.cwd, 'HR_JOB_FILE', 'a job')
    if (!flags.on('no-check') && /\.m?ts$/.test(file)) await typeCheck(file, io.cwd)
    const job = await loadSetJob(file, flags, io)
    const planned = planJob(job)
    const resets = resetSteps(flags, planned)
    const opened = await openRun({
      job,
      planned,
      path,
      deployment,
      resetSteps: resets,
      createSources: !flags.on('no-create'),
      note: text => reporter.note(text),
    })
    return work(opened, { job: job.name, metrics: deployment.metrics, reporter, io, untilEnd })
  },
}

interface Work {
  readonly job: string
  readonly metrics: MetricsOptions
  readonly reporter: Reporter
  readonly io: Io
  readonly untilEnd: boolean
}

async function work({ running, stores, close }: OpenRun, options: Work): Promise<number> {
  const { job, metrics, reporter, io, untilEnd } = options
  const meter = new RunMeter(running)
  const stop = new StopSignals(
    () => reporter.note('stopping: the current turn ends and is committed; Ctrl-C again aborts'),
    () => reporter.note('aborted: nothing was committed since the last commit'),
  )
  const note = (text: string) => reporter.note(text)
  let telemetry: Telemetry | undefined
  try {
    telemetry = await startTelemetry({ job, meter, metrics, stores, note })
    reporter.start(meter)
    await running.work(stop.signal, untilEnd)
  } finally {
    reporter.stop()
    stop.release()
    await telemetry?.close()
    await close()
  }
  const summary = meter.summary()
  if (reporter.style === 'json') print(io, jsonLine({ type: 'summary', ...summary }))
  else print(io, ...(stop.signal.aborted ? ['stopped and committed'] : []), ...summaryLines(summary))
  return exitCodes.ok
}

function resetSteps(flags: Flags, planned: Plan): string[] {
  const known = [...planned.nodes.values()].filter(node => node.step !== undefined).map(node => node.id)
  const wanted = flags.list('reset-step')
  const unknown = wanted.find(id => !known.includes(id))
  if (unknown === undefined) return wanted
  throw usageError(`--reset-step ${unknown}: the steps of ${planned.job.name} are ${known.join(', ')}`)
}
