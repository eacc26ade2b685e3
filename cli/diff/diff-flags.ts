import type { DiffOptions } from '../../backtest/diff/diff-outputs.ts'
import type { Tolerance } from '../../backtest/diff/tolerance.ts'
import { parseTolerance } from '../../backtest/diff/tolerance.ts'
import { isHeadraceError } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import type { Duration } from '../../engine/time/duration.ts'
import { durationMs } from '../../engine/time/duration.ts'
import type { Option } from '../command.ts'
import type { Flags } from '../flags.ts'
import { usageError } from '../flags.ts'

/** Options that say which rows belong together, and when they are the same. */
export const matchFlags: Readonly<Record<string, Option>> = {
  key: {
    value: 'A,B',
    help: "columns that tell rows apart (default: the topic's key, and windowStart or ts)",
  },
  tolerance: {
    value: 'FIELD=X',
    multiple: true,
    help: 'by how much a number may differ and be equal: 1e-9, or 1% of the larger',
  },
  ignore: { value: 'A,B', help: 'columns that are not compared' },
}

/** Options that say how two outputs are compared. */
export const diffFlags: Readonly<Record<string, Option>> = {
  ...matchFlags,
  bucket: { value: 'SPAN', help: 'differences by so much event time, as 1m, 1h (default: as fits)' },
  limit: { value: 'N', help: 'rows and keys that are listed (default 10)' },
}

/** The stretch that is compared. */
export const stretchFlags: Readonly<Record<string, Option>> = {
  from: { value: 'TIME', help: 'rows from this event time on, as 2026-01-31T12:00:00Z' },
  until: { value: 'TIME', help: 'rows before this event time' },
}

export type Chosen = Pick<DiffOptions, 'key' | 'ignored' | 'tolerances' | 'bucketMs' | 'listed'>

export function readStretchFlags(flags: Flags): Pick<DiffOptions, 'from' | 'until'> {
  return { from: timeFlag(flags, 'from'), until: timeFlag(flags, 'until') }
}

export function readDiffFlags(flags: Flags): Chosen {
  return {
    key: listFlag(flags, 'key'),
    ignored: listFlag(flags, 'ignore') ?? [],
    tolerances: new Map(Object.entries(tolerancesOf(flags)).map(([field, text]) => [field, tolerance(text)])),
    bucketMs: spanFlag(flags, 'bucket'),
    listed: flags.whole('limit', 0, limits.diffListed) ?? 10,
  }
}

/** By field, as they were given. */
export function tolerancesOf(flags: Flags): Record<string, string> {
  return Object.fromEntries(
    flags.list('tolerance').map(text => {
      const at = text.lastIndexOf('=')
      if (at > 0) return [text.slice(0, at), text.slice(at + 1)]
      throw usageError(`--tolerance is "${text}"; allowed: a field and a number, as total=1e-9 or total=1%`)
    }),
  )
}

export function listFlag(flags: Flags, name: string): string[] | undefined {
  return flags
    .text(name)
    ?.split(',')
    .map(one => one.trim())
    .filter(one => one !== '')
}

function tolerance(text: string): Tolerance {
  const found = parseTolerance(text)
  if (found !== undefined) return found
  throw usageError(`--tolerance gives "${text}"; allowed: a number as 1e-9, or a share as 1%`)
}

/** An event time; undefined where none is given. */
export function timeFlag(flags: Flags, name: string): number | undefined {
  const text = flags.text(name)
  if (text === undefined) return undefined
  const time = Date.parse(text)
  if (!Number.isNaN(time)) return time
  throw usageError(`--${name} is "${text}"; allowed: a time in ISO form, as 2026-01-31T12:00:00Z`)
}

function spanFlag(flags: Flags, name: string): number | undefined {
  const text = flags.text(name)
  if (text === undefined) return undefined
  try {
    const ms = durationMs(text as Duration, `--${name}`)
    if (ms > 0) return ms
  } catch (error) {
    if (!isHeadraceError(error, 'HR_CONFIG_INVALID')) throw error
  }
  throw usageError(`--${name} is "${text}"; allowed: a number with a unit, as 1m, 1h, 1d`)
}
