import { comparisonText } from '../../backtest/golden/comparison-text.ts'
import { checkGolden } from '../../backtest/golden/golden.ts'
import { readCard } from '../../backtest/golden/golden-files.ts'
import type { Command } from '../command.ts'
import { diffFlags, readDiffFlags } from '../diff/diff-flags.ts'
import { exitCodes } from '../exit-codes.ts'
import { usageError } from '../flags.ts'
import { defaultFolder, goldenPlaces } from '../golden/golden-places.ts'
import { goldenOptions, withGoldenRun } from '../golden/golden-runs.ts'
import { jsonLine, print } from '../io.ts'

export const goldenCheck: Command = {
  name: 'golden check',
  summary: 'run a job over recorded slices and compare what it gives with what is expected',
  operands: ['<job.ts>', '[dir]'],
  options: { tolerance: diffFlags.tolerance, ...goldenOptions },
  notes:
    `Without [dir] all golden tests in ${defaultFolder}/ that are of the job. Models score in the versions that were ` +
    'used when it was written. Exits with 0 if all is as expected and with 1 if something differs: then ' +
    '`headrace golden update` accepts it.',
  examples: [
    'headrace golden check job.ts',
    'headrace golden check job.ts golden/hour --tolerance score=1e-6',
    'headrace golden check job.ts --models models --model anomaly=3',
  ],
  run: (flags, io) =>
    withGoldenRun(flags, io, async run => {
      const { tolerances } = readDiffFlags(flags)
      const [, dir = defaultFolder] = flags.operands
      const all = goldenPlaces(dir, io.cwd)
      const own = all.length === 1 ? all : all.filter(place => readCard(place)?.job === run.job.name)
      if (own.length === 0) throw usageError(`no golden test in ${dir} is of the job ${run.job.name}`)
      let isEqual = true
      for (const place of own) {
        const comparison = await checkGolden(place, run, tolerances)
        isEqual &&= comparison.isEqual
        print(io, ...(flags.on('json') ? [jsonLine(comparison)] : comparisonText(comparison)))
      }
      return isEqual ? exitCodes.ok : exitCodes.failed
    }),
}
