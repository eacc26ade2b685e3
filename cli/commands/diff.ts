import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { diffOutputs } from '../../backtest/diff/diff-outputs.ts'
import { guessTopic } from '../../backtest/diff/guess-topic.ts'
import { pageOf } from '../../backtest/report/page.ts'
import type { Report } from '../../backtest/report/report.ts'
import { messageOf } from '../../engine/errors.ts'
import type { SchemaRegistry } from '../../engine/schema-registry.ts'
import type { TopicSpec } from '../../engine/topic.ts'
import type { Command } from '../command.ts'
import { placeOptions } from '../command.ts'
import { loadDeployment } from '../config.ts'
import { diffFlags, readDiffFlags, tolerancesOf } from '../diff/diff-flags.ts'
import { diffText } from '../diff/diff-text.ts'
import { judgeFlags, openJudges } from '../diff/judge-flags.ts'
import type { OpenSides } from '../diff/open-sides.ts'
import { openSides } from '../diff/open-sides.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Flags } from '../flags.ts'
import { usageError } from '../flags.ts'
import { openRegistry } from '../home.ts'
import type { Io } from '../io.ts'
import { jsonLine, print } from '../io.ts'
import { topicOfJob } from '../job-topics.ts'

export const diff: Command = {
  name: 'diff',
  summary: 'say what differs between two outputs of a job',
  operands: ['<A>', '<B>'],
  options: {
    topic: { value: 'NAME', help: 'the output topic that is compared (needed)' },
    job: { value: 'FILE', help: "read the rows as this job's topic says, else as what they look like" },
    ...diffFlags,
    ...judgeFlags,
    json: { help: 'print one JSON object' },
    html: { value: 'FILE', help: 'write a page with plots, too' },
    ...placeOptions,
  },
  notes:
    'A and B are data directories of the embedded log, as replays and `record` write them, or `live` for the ' +
    'topics of the deployment. Exits with 0 if they are equal, with 1 if they differ, or if it failed: then the ' +
    'reason is on standard error.',
  examples: [
    'headrace diff old new --topic clicks.per-user --job jobs/clickstream.ts',
    'headrace diff live new --topic totals --tolerance total=0.01% --html diff.html',
    'headrace diff old new --topic clickstream.anomalies --labels known.csv',
  ],
  run: async (flags, io) => {
    const deployment = await loadDeployment(flags, io)
    const [a, b] = flags.operands
    const topic = flags.text('topic')
    if (topic === undefined) throw usageError('--topic is needed: the output that is compared')
    readDiffFlags(flags)
    const job = flags.text('job')
    const known = job === undefined ? undefined : await topicOfJob(job, topic, io.cwd)
    const registry = openRegistry(deployment, text => io.err.write(`${text}\n`))
    try {
      const sides = await openSides([a, b], topic, deployment, io)
      try {
        const spec = known ?? (await guessTopic(topic, [sides.a, sides.b], registry))
        const report = await compare(flags, sides, spec, registry, io)
        tell(flags, report, io)
        return report.isEqual ? exitCodes.ok : exitCodes.failed
      } finally {
        await sides.close()
      }
    } finally {
      registry?.close()
    }
  },
}

async function compare(
  flags: Flags,
  { a, b }: OpenSides,
  spec: TopicSpec,
  registry: SchemaRegistry | undefined,
  io: Io,
): Promise<Report> {
  const judges = await openJudges(flags, spec, io.cwd)
  const options = { a, b, spec, registry, ...readDiffFlags(flags), witnesses: judges.witnesses }
  const difference = await diffOutputs(options, new AbortController().signal)
  return { ...difference, tolerances: tolerancesOf(flags), ...judges.verdicts() }
}

function tell(flags: Flags, report: Report, io: Io): void {
  const file = flags.text('html')
  if (file !== undefined) {
    try {
      writeFileSync(resolve(io.cwd, file), pageOf(report))
    } catch (error) {
      throw usageError(`--html: ${file} cannot be written: ${messageOf(error)}`, error)
    }
  }
  const width = io.out.isTTY ? (io.out.columns ?? 80) : 80
  if (flags.on('json')) print(io, jsonLine(report))
  else print(io, ...diffText(report, width), ...(file === undefined ? [] : ['', `the page: ${file}`]))
}
