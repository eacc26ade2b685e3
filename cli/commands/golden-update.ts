import { resolve } from 'node:path'
import { updateGolden } from '../../backtest/golden/golden.ts'
import type { GoldenPlace } from '../../backtest/golden/golden-files.ts'
import { readCard } from '../../backtest/golden/golden-files.ts'
import { amountText } from '../../backtest/report/value-text.ts'
import type { Command } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Flags } from '../flags.ts'
import { usageError } from '../flags.ts'
import { defaultFolder, goldenPlaces } from '../golden/golden-places.ts'
import { goldenOptions, withGoldenRun } from '../golden/golden-runs.ts'
import type { Io } from '../io.ts'
import { jsonLine, print } from '../io.ts'

export const goldenUpdate: Command = {
  name: 'golden update',
  summary: 'write what a job gives over recorded slices as what is expected of it',
  operands: ['<job.ts>', '[dir]'],
  options: {
    slice: { value: 'DIR', help: 'a slice that lies elsewhere, as where several jobs share it' },
    ...goldenOptions,
  },
  notes:
    'A golden test is a directory: its `slice` is what `headrace record` has made, its `expected` is written here, a ' +
    `file of JSON lines for each output. Without [dir] all golden tests in ${defaultFolder}/ that are of the job, or of ` +
    'none yet, are written. `headrace golden check` compares.',
  examples: [
    'headrace record clicks --to golden/hour/slice --from 2026-01-31T12:00',
    'headrace golden update job.ts golden/hour',
    'headrace golden update other.ts golden/other --slice golden/hour/slice',
  ],
  run: (flags, io) =>
    withGoldenRun(flags, io, async run => {
      for (const place of placesOf(flags, io)) {
        const card = readCard(place)
        if (card !== undefined && card.job !== run.job.name) {
          if (!flags.on('json')) print(io, `${place.name}: left alone, it is of the job ${card.job}`)
          continue
        }
        const slice = flags.text('slice')
        const { outputs } = await updateGolden(
          place,
          run,
          slice === undefined ? undefined : resolve(io.cwd, slice),
        )
        const rows = Object.values(outputs).reduce((sum, output) => sum + output.rows, 0)
        const written = { golden: place.name, job: run.job.name, outputs: Object.keys(outputs), rows }
        if (flags.on('json')) print(io, jsonLine(written))
        else {
          const counts = `${amountText(written.outputs.length, 'output')}, ${amountText(rows, 'row')}`
          print(io, `${place.name}: written, ${counts}`)
        }
      }
      return exitCodes.ok
    }),
}

function placesOf(flags: Flags, io: Io): GoldenPlace[] {
  const name = flags.operands[1]
  if (flags.text('slice') === undefined) return goldenPlaces(name ?? defaultFolder, io.cwd)
  if (name !== undefined) return [{ name, dir: resolve(io.cwd, name) }]
  throw usageError('--slice goes with the directory of one golden test')
}
