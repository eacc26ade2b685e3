import type { Manifest, Stretch } from '../../backtest/manifest.ts'
import { HeadraceError } from '../../engine/errors.ts'
import type { Plan } from '../../engine/graph/plan.ts'
import type { TaskRecord } from '../../engine/recovery/checkpoint.ts'
import type { SourceSpec } from '../../engine/topic.ts'
import { usageError } from '../flags.ts'
import type { Place } from '../place/place.ts'
import { positionsIn } from '../stored-state.ts'
import type { Where } from '../where.ts'
import { offsetsAt } from '../where.ts'

export interface Asked {
  readonly from: Where
  readonly until: Where
  /** How long before `from` the records begin that fill the state. */
  readonly warmupMs: number
}

/** What of each source topic is replayed, as offsets: so that another attempt replays the same. */
export async function stretchesOf(
  planned: Pick<Plan, 'stages'>,
  place: Place,
  asked: Asked,
): Promise<Manifest['stretches']> {
  const entries: [string, Stretch[]][] = []
  for (const { name } of sourcesOf(planned)) entries.push([name, await stretchesIn(name, place, asked)])
  return Object.fromEntries(entries)
}

/** What is left behind the positions of a checkpoint. Partitions that it does not know are replayed from their first record. */
export async function stretchesBehind(
  tasks: readonly TaskRecord[],
  planned: Pick<Plan, 'stages'>,
  place: Place,
  until: Where,
): Promise<Manifest['stretches']> {
  const entries: [string, Stretch[]][] = []
  for (const { name } of sourcesOf(planned)) {
    const [positions, earliest] = [positionsIn(tasks, name), await place.offsets(name, 'earliest')]
    const offsets = earliest.map((first, partition) => positions.get(partition) ?? first)
    const gone = offsets.findIndex((offset, partition) => offset < earliest[partition])
    if (gone >= 0) {
      const message = `the checkpoint has read up to ${offsets[gone]}, and records are there from ${earliest[gone]} on`
      throw new HeadraceError('HR_REPLAY_RANGE', message, { topic: name, partition: gone })
    }
    entries.push([name, await stretchesIn(name, place, { from: { offsets }, until, warmupMs: 0 })])
  }
  return Object.fromEntries(entries)
}

function sourcesOf({ stages }: Pick<Plan, 'stages'>): readonly SourceSpec[] {
  const inputs = stages.flatMap(stage => stage.inputs.filter(({ from }) => from === undefined))
  return [...new Map(inputs.map(({ source }) => [source.name, source])).values()]
}

async function stretchesIn(
  topic: string,
  place: Place,
  { from, until, warmupMs }: Asked,
): Promise<Stretch[]> {
  const [begins, ends] = await Promise.all([offsetsAt(place, topic, from), offsetsAt(place, topic, until)])
  const warm = warmupMs === 0 ? begins : await offsetsAt(place, topic, earlier(from, warmupMs))
  return begins.map((begin, partition) => {
    if (begin <= ends[partition]) return { warmup: warm[partition], from: begin, until: ends[partition] }
    const message = `it is to begin at ${begin} and to end before, at ${ends[partition]}`
    throw new HeadraceError('HR_REPLAY_RANGE', message, { topic, partition })
  })
}

function earlier(from: Where, ms: number): Where {
  if ('moment' in from && typeof from.moment === 'number') return { moment: from.moment - ms }
  throw usageError('--warmup goes with a time as --from: it is so long before')
}
