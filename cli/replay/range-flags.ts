import type { Duration } from '../../engine/time/duration.ts'
import { durationMs } from '../../engine/time/duration.ts'
import type { Option } from '../command.ts'
import type { Flags } from '../flags.ts'
import { parseWhere, whereHelp } from '../where.ts'
import type { Asked } from './range.ts'

/** Options that say what is replayed, and with which models. */
export const rangeFlags: Readonly<Record<string, Option>> = {
  from: { value: 'WHERE', help: `${whereHelp} (default earliest)` },
  until: { value: 'WHERE', help: 'the same; where the topics end now without it' },
  warmup: {
    value: 'DURATION',
    help: 'how long before --from the records begin that fill the state, as 1d',
  },
  models: { value: 'DIR', help: 'the directory of the models (HEADRACE_MODELS; default .headrace/models)' },
  model: { value: 'NAME=N', multiple: true, help: 'score with this version, whichever serves' },
  archive: { value: 'DIR', help: 'history that `headrace record` has copied, instead of the live topics' },
}

export interface RangeChoice {
  readonly asked: Asked
  /** The same in the words of who asked for it. */
  readonly words: Readonly<Record<string, string>>
}

export function readRange(flags: Flags): RangeChoice {
  const [from, until] = [flags.text('from') ?? 'earliest', flags.text('until') ?? 'latest']
  const warmup = flags.text('warmup') ?? '0'
  const models = flags.list('model')
  return {
    asked: {
      from: parseWhere(from, 'from'),
      until: parseWhere(until, 'until'),
      warmupMs: warmup === '0' ? 0 : durationMs(warmup as Duration, '--warmup'),
    },
    words: { from, until, warmup, ...(models.length > 0 && { models: models.join(',') }) },
  }
}
