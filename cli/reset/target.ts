import { HeadraceError } from '../../engine/errors.ts'
import type { Plan } from '../../engine/graph/plan.ts'
import type { Position } from '../../engine/home.ts'
import type { SourceSpec } from '../../engine/topic.ts'
import { usageError } from '../flags.ts'
import type { Moment, Place } from '../place/place.ts'

/** Where a job is to begin: at a moment, or at offsets that are given for each partition. */
export type Target = { readonly moment: Moment } | { readonly offsets: readonly Position[] }

export const targetHelp =
  'earliest, latest, a time as 2026-01-31T12:00:00Z, or offsets as clicks:0=120,clicks:1=95'

export function parseTarget(text: string): Target {
  if (text === 'earliest' || text === 'latest') return { moment: text }
  const parts = text
    .split(',')
    .map(part => /^(?<topic>[\w.-]+):(?<partition>\d+)=(?<offset>\d+)$/.exec(part)?.groups)
  const isComplete = (part: (typeof parts)[number]) => part !== undefined
  if (parts.every(isComplete)) {
    return {
      offsets: parts.map(({ topic, partition, offset }) => ({
        topic,
        partition: Number(partition),
        offset: Number(offset),
      })),
    }
  }
  const time = /^\d+$/.test(text) ? Number.NaN : Date.parse(text)
  if (!Number.isNaN(time)) return { moment: time }
  throw usageError(`--to is "${text}"; allowed: ${targetHelp}`)
}

/** Where each partition of the job's sources begins by that. Tables are read whole, unless offsets say otherwise. */
export async function positionsAt(planned: Plan, place: Place, target: Target): Promise<Position[]> {
  const sources = sourcesOf(planned)
  if ('offsets' in target) checkNames(sources, target.offsets)
  const all: Position[] = []
  for (const { name: topic, table } of sources) {
    const given = 'offsets' in target ? target.offsets.filter(one => one.topic === topic) : []
    if (given.length > 0 || ('offsets' in target && !table)) {
      all.push(...(await checked(place, topic, given)))
      continue
    }
    const moment = table || 'offsets' in target ? 'earliest' : target.moment
    const offsets = await place.offsets(topic, moment)
    all.push(...offsets.map((offset, partition) => ({ topic, partition, offset })))
  }
  return all
}

/** What the job reads from outside, each topic once. */
function sourcesOf({ stages }: Plan): SourceSpec[] {
  const inputs = stages.flatMap(stage => stage.inputs).filter(({ from }) => from === undefined)
  return [...new Map(inputs.map(({ source }) => [source.name, source])).values()]
}

function checkNames(sources: readonly SourceSpec[], given: readonly Position[]): void {
  const names = sources.map(({ name }) => name)
  const wrong = given.find(({ topic }) => !names.includes(topic))
  if (wrong !== undefined) throw usageError(`--to names ${wrong.topic}: the job reads ${names.join(', ')}`)
}

/** An offset for each partition, within what is there. */
async function checked(place: Place, topic: string, given: readonly Position[]): Promise<Position[]> {
  const [starts, ends] = [await place.offsets(topic, 'earliest'), await place.offsets(topic, 'latest')]
  return ends.map((end, partition) => {
    const found = given.find(one => one.partition === partition)
    if (found === undefined || given.some(one => one.partition >= ends.length)) {
      throw usageError(`--to has to name each partition of ${topic} once: there are 0 to ${ends.length - 1}`)
    }
    const { offset } = found
    if (offset >= starts[partition] && offset <= end) return found
    const code = offset < starts[partition] ? 'HR_OFFSET_EXPIRED' : 'HR_OFFSET_BEYOND_END'
    const message = `there are offsets from ${starts[partition]} up to ${end}`
    throw new HeadraceError(code, message, { topic, partition, offset })
  })
}
