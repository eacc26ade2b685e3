import { resolve } from 'node:path'
import type { WindowRange } from '../../backtest/audit/audit-sums.ts'
import { AuditSums, everyWindow } from '../../backtest/audit/audit-sums.ts'
import { imbalances } from '../../backtest/audit/balance.ts'
import { compareAudits } from '../../backtest/audit/compare-audits.ts'
import type { Plan } from '../../engine/graph/plan.ts'
import type { AuditReport } from '../audit/audit-report.ts'
import { inputLines, stepLines, windowLines } from '../audit/audit-report.ts'
import { auditText } from '../audit/audit-text.ts'
import { countSources, loadAudit } from '../audit/load-audit.ts'
import type { Command } from '../command.ts'
import { placeOptions } from '../command.ts'
import type { Deployment } from '../config.ts'
import { loadDeployment } from '../config.ts'
import { timeFlag } from '../diff/diff-flags.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Flags } from '../flags.ts'
import type { Io } from '../io.ts'
import { jsonLine, print } from '../io.ts'
import { planJob } from '../load-job.ts'
import { loadSetJob, parameterOptions } from '../parameters.ts'
import { withPlace } from '../place/open-place.ts'
import { historyOf } from '../replay/history.ts'

export const audit: Command = {
  name: 'audit',
  summary: 'say what became of each row of a job, and whether all sums come out',
  operands: ['<job.ts>'],
  options: {
    windows: { help: 'by window, too' },
    from: { value: 'TIME', help: 'windows that begin at this event time or later, as 2026-01-31T12:00:00Z' },
    until: { value: 'TIME', help: 'windows that begin before this event time' },
    against: { value: 'DIR', help: 'compare with the audit in this data directory, as of a replay' },
    archive: {
      value: 'DIR',
      help: 'where the source topics are, if elsewhere, so that their records can be counted',
    },
    ...parameterOptions,
    ...placeOptions,
    json: { help: 'print one JSON object' },
  },
  notes:
    'The job has to run with --audit. Read is what came to a step. Of that, used went on or into a window; late, rejected and dropped did not. What the ' +
    'sources have, what each step was given and what its windows have counted are added up apart, and have to agree: ' +
    'exits with 0 if they do, with 1 if not, or if the audit of --against has other counts.',
  examples: [
    'headrace run job.ts --audit',
    'headrace audit job.ts --windows --from 2026-01-31T12:00',
    'headrace audit job.ts --against backtest',
  ],
  run: async (flags, io) => {
    const deployment = await loadDeployment(flags, io)
    const planned = planJob(await loadSetJob(flags.operands[0], flags, io))
    const report = await reportOf(flags, deployment, planned, io)
    print(io, ...(flags.on('json') ? [jsonLine(report)] : auditText(report)))
    const isSame = report.differences === null || report.differences.length === 0
    return report.isBalanced && isSame ? exitCodes.ok : exitCodes.failed
  },
}

async function reportOf(flags: Flags, deployment: Deployment, planned: Plan, io: Io): Promise<AuditReport> {
  const { name: job } = planned.job
  const against = flags.text('against')
  const range = windowRange(flags)
  const kept = against === undefined ? range : (range ?? everyWindow)
  const load = (where: Deployment) =>
    withPlace(where, io, place => loadAudit(place, job, new AuditSums(kept)))
  const sums = await load(deployment)
  const sources = historyOf(deployment, flags.text('archive'), io.cwd)
  const counts = await withPlace(sources, io, place => countSources(place, sums))
  const problems = imbalances(sums, planned, counts)
  const other = against === undefined ? null : await load(directory(deployment, resolve(io.cwd, against)))
  return {
    ...{ job, isBalanced: problems.length === 0, problems },
    inputs: inputLines(sums, counts),
    steps: stepLines(sums, orderOf(planned)),
    windows: range === null ? null : windowLines(sums),
    differences: other === null ? null : compareAudits(sums, other),
  }
}

/** Each node after all that it reads. */
function orderOf({ nodes }: Plan): string[] {
  const order = new Set<string>()
  const visit = (id: string) => {
    if (order.has(id)) return
    for (const upstream of nodes.get(id)?.upstream ?? []) visit(upstream)
    order.add(id)
  }
  for (const id of nodes.keys()) visit(id)
  return [...order]
}

function windowRange(flags: Flags): WindowRange | null {
  const [from, until] = [timeFlag(flags, 'from'), timeFlag(flags, 'until')]
  if (!flags.on('windows') && from === undefined && until === undefined) return null
  return { from: from ?? everyWindow.from, until: until ?? everyWindow.until }
}

function directory(deployment: Deployment, dataDir: string): Deployment {
  return { ...deployment, dataDir, kafka: undefined }
}
