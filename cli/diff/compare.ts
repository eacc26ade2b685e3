import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { DiffOptions } from '../../backtest/diff/diff-outputs.ts'
import { diffOutputs } from '../../backtest/diff/diff-outputs.ts'
import type { RecordTimes } from '../../backtest/diff/side.ts'
import { pageOf } from '../../backtest/report/page.ts'
import type { Report } from '../../backtest/report/report.ts'
import { messageOf } from '../../engine/errors.ts'
import type { Flags } from '../flags.ts'
import { usageError } from '../flags.ts'
import type { Io } from '../io.ts'
import { print } from '../io.ts'
import type { Chosen } from './diff-flags.ts'
import { tolerancesOf } from './diff-flags.ts'
import { diffText } from './diff-text.ts'
import { openJudges } from './judge-flags.ts'

type Compared = Chosen & Pick<DiffOptions, 'a' | 'b' | 'spec' | 'registry' | 'recorded' | 'from' | 'until'>

/** Compares two sides as the command line says. */
export async function compare(compared: Compared, flags: Flags, io: Io): Promise<Report> {
  const { spec, recorded } = compared
  const judges = await openJudges(flags, spec, io.cwd)
  const options = { ...compared, witnesses: judges.witnesses }
  const difference = await diffOutputs(options, new AbortController().signal)
  const judged = { ...difference, tolerances: tolerancesOf(flags), ...judges.verdicts() }
  return recorded === undefined ? judged : { ...judged, recorded: plain(recorded) }
}

/** Writes the page where one is asked for; gives the file's name. */
export function writePage(flags: Flags, reports: readonly Report[], io: Io): string | undefined {
  const file = flags.text('html')
  if (file === undefined) return undefined
  try {
    writeFileSync(resolve(io.cwd, file), pageOf(...reports))
  } catch (error) {
    throw usageError(`--html: ${file} cannot be written: ${messageOf(error)}`, error)
  }
  return file
}

export function printReports(reports: readonly Report[], page: string | undefined, io: Io): void {
  const width = io.out.isTTY ? (io.out.columns ?? 80) : 80
  const texts = reports.map(report => diffText(report, width))
  print(io, ...texts.flatMap((lines, index) => (index === 0 ? lines : ['', '', ...lines])))
  if (page !== undefined) print(io, '', `the page: ${page}`)
}

function plain({ from, until }: RecordTimes): NonNullable<Report['recorded']> {
  return { from: Number.isFinite(from) ? from : null, until: Number.isFinite(until) ? until : null }
}
