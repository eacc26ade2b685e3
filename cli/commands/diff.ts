import { guessTopic } from '../../backtest/diff/guess-topic.ts'
import type { Command } from '../command.ts'
import { placeOptions } from '../command.ts'
import { loadDeployment } from '../config.ts'
import { compare, printReports, writePage } from '../diff/compare.ts'
import { diffFlags, readDiffFlags, readStretchFlags, stretchFlags } from '../diff/diff-flags.ts'
import { judgeFlags } from '../diff/judge-flags.ts'
import { openSides } from '../diff/open-sides.ts'
import { exitCodes } from '../exit-codes.ts'
import { usageError } from '../flags.ts'
import { openRegistry } from '../home.ts'
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
    ...stretchFlags,
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
    const chosen = { ...readDiffFlags(flags), ...readStretchFlags(flags) }
    const job = flags.text('job')
    const known = job === undefined ? undefined : await topicOfJob(job, topic, io.cwd)
    const registry = openRegistry(deployment, text => io.err.write(`${text}\n`))
    try {
      const sides = await openSides([a, b], topic, deployment, io)
      try {
        const spec = known ?? (await guessTopic(topic, [sides.a, sides.b], registry))
        const report = await compare({ a: sides.a, b: sides.b, spec, registry, ...chosen }, flags, io)
        const page = writePage(flags, [report], io)
        if (flags.on('json')) print(io, jsonLine(report))
        else printReports([report], page, io)
        return report.isEqual ? exitCodes.ok : exitCodes.failed
      } finally {
        await sides.close()
      }
    } finally {
      registry?.close()
    }
  },
}
