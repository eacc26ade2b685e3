import type { Counts } from '../../engine/progress.ts'
import { joinCounts } from '../../engine/progress.ts'
import type { TaskRecord } from '../../engine/recovery/checkpoint.ts'
import { saveCheckpoint } from '../checkpoint/save.ts'
import type { Option } from '../command.ts'
import type { Deployment } from '../config.ts'
import type { Flags } from '../flags.ts'
import { usageError } from '../flags.ts'
import type { Io } from '../io.ts'
import { openNamed } from '../place/named-place.ts'
import type { Place } from '../place/place.ts'
import type { RangeChoice } from './range-flags.ts'
import { readRange } from './range-flags.ts'

export const checkpointFlag: Readonly<Record<string, Option>> = {
  checkpoint: {
    value: 'live|DIR',
    help: 'begin with the state and at the positions of the last commit there, instead of --from',
  },
}

/** Where the state is that a replay begins with. */
export type OpenCheckpoint = (tell: (text: string) => void) => Promise<Place>

/** What is asked for, with a checkpoint in the place of where it begins. */
export function readBeginning(
  flags: Flags,
  deployment: Deployment,
  io: Io,
): RangeChoice & { readonly checkpoint?: OpenCheckpoint } {
  const choice = readRange(flags)
  const checkpoint = flags.text('checkpoint')
  if (checkpoint === undefined) return choice
  if (flags.text('from') !== undefined || flags.text('warmup') !== undefined) {
    throw usageError('--checkpoint says where to begin, with the state filled: without --from and --warmup')
  }
  const { from, warmup, ...words } = choice.words
  return {
    asked: choice.asked,
    words: { checkpoint, ...words },
    checkpoint: tell => openNamed(checkpoint, deployment, io, tell),
  }
}

/** Lays a checkpoint where the replay keeps its state. */
export async function layDown(
  open: OpenCheckpoint,
  job: string,
  dir: string,
  { segmentBytes }: Deployment,
  note: (text: string) => void,
): Promise<TaskRecord[]> {
  const place = await open(note)
  try {
    return await saveCheckpoint({ place, job, dir, segmentBytes, note })
  } finally {
    await place.close()
  }
}

/** What the job had counted up to a checkpoint. */
export function countsUpTo(tasks: readonly TaskRecord[]): Counts {
  const none = { lookups: {}, newest: {}, scores: {} }
  return joinCounts(
    tasks.map(({ inputs, steps }) => ({
      ...none,
      inputs: Object.fromEntries(
        inputs.map(({ id, read, passed, rejected }) => [id, { read, passed, rejected }]),
      ),
      steps: Object.fromEntries(
        steps.map(({ id, counters: { in: taken, out, late, rejected } }) => [
          id,
          { in: taken, out, late, rejected },
        ]),
      ),
    })),
  )
}
