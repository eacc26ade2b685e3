import type { ColumnEntry } from '../../engine/state/blob/blob-format.ts'
import type { StateTable } from '../../engine/state/blob/blob-table.ts'
import type { Command } from '../command.ts'
import { placeOptions } from '../command.ts'
import { loadDeployment } from '../config.ts'
import { usageError } from '../flags.ts'
import type { Io } from '../io.ts'
import { jsonLine, print } from '../io.ts'
import { jobName } from '../load-job.ts'
import { withPlace } from '../place/open-place.ts'
import { newestTasks, readStored, stepTables } from '../stored-state.ts'

export const stateShow: Command = {
  name: 'state show',
  summary: 'print the rows that are stored for a step of a job',
  operands: ['<job>'],
  options: {
    ...placeOptions,
    step: { value: 'ID', help: 'the step (needed)' },
    limit: { value: 'N', help: 'rows of each table (default 10)' },
  },
  notes:
    'Each table is one JSON line, and so is each of its rows. Tables stand in the order in which a restore applies ' +
    'them: those of the newest snapshot, then of the deltas behind it, which replace rows of the same key.',
  examples: ['headrace state show clickstream --step per-user --limit 3'],
  run: async (flags, io) => {
    const deployment = await loadDeployment(flags, io)
    const limit = flags.whole('limit', 0) ?? 10
    const job = await jobName(flags.operands[0], io.cwd)
    const [records, where] = await withPlace(deployment, io, async place => {
      return [await readStored(place, job), place.where] as const
    })
    const step = flags.text('step')
    const known = new Set(
      newestTasks(records).flatMap(({ steps }) => steps.filter(({ shape }) => shape).map(({ id }) => id)),
    )
    if (step === undefined || !known.has(step)) {
      const there =
        known.size === 0 ? `${job} has no state in ${where}` : `steps with state are ${[...known].join(', ')}`
      throw usageError(step === undefined ? `--step is needed; ${there}` : `--step is "${step}"; ${there}`)
    }
    records.forEach(({ kind, tasks }, record) => {
      for (const part of tasks) {
        for (const table of stepTables(part, step, job)) {
          print(io, jsonLine({ record, kind, task: part.record.name, table: table.name, rows: table.rows }))
          printRows(table, limit, io)
        }
      }
    })
    return undefined
  },
}

function printRows(table: StateTable, limit: number, io: Io): void {
  const columns = table.columns().map(column => [column.name, cellReader(table, column)] as const)
  for (let row = 0; row < Math.min(limit, table.rows); row++) {
    print(io, `  ${jsonLine(Object.fromEntries(columns.map(([name, cell]) => [name, cell(row)])))}`)
  }
}

/** Cells as numbers, texts where they are that, base64 where they are not. */
function cellReader(table: StateTable, { name, kind, width }: ColumnEntry): (row: number) => unknown {
  if (kind === 'json') {
    const value = table.json(name)
    return () => value
  }
  if (kind === 'bytes') {
    const { starts, ends, bytes } = table.bytes(name) ?? { starts: [], ends: [], bytes: new Uint8Array(0) }
    return row => textOrBytes(bytes.subarray(starts[row], ends[row]))
  }
  const cells = table[kind](name) ?? []
  return row =>
    width === 1 ? plain(cells[row]) : Array.from(cells.slice(row * width, (row + 1) * width), plain)
}

/** JSON has no NaN and no infinities. */
function plain(cell: number | bigint): number | string {
  return typeof cell === 'number' && Number.isFinite(cell) ? cell : String(cell)
}

function textOrBytes(bytes: Uint8Array): string | { base64: string } {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return { base64: Buffer.from(bytes).toString('base64') }
  }
}
