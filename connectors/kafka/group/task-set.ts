import { limits } from '../../../engine/limits.ts'

/** A task, as processes tell each other of it. */
export interface TaskId {
  readonly stage: number
  readonly partition: number
}

export function keyOf({ stage, partition }: TaskId): string {
  return `${stage}-${partition}`
}

export function byStageAndPartition(a: TaskId, b: TaskId): number {
  return a.stage - b.stage || a.partition - b.partition
}

/**
 * Partitions as ranges, stage by stage, as in `0:0-3,7 1:0-1`: the coordinator keeps what all members say in a
 * single record, so it has to be short.
 */
export function writeTasks(tasks: readonly TaskId[]): string {
  const stages = new Map<number, number[]>()
  for (const { stage, partition } of tasks.toSorted(byStageAndPartition)) {
    const partitions = stages.get(stage)
    if (partitions === undefined) stages.set(stage, [partition])
    else partitions.push(partition)
  }
  return [...stages].map(([stage, partitions]) => `${stage}:${writeRanges(partitions)}`).join(' ')
}

/** Undefined where the text is not one that `writeTasks` makes. */
export function readTasks(text: string): TaskId[] | undefined {
  if (text === '') return []
  const tasks: TaskId[] = []
  for (const part of text.split(' ')) {
    const { stage, ranges } = /^(?<stage>\d{1,6}):(?<ranges>[\d,-]+)$/.exec(part)?.groups ?? {}
    if (stage === undefined) return undefined
    for (const range of ranges.split(',')) {
      const { first, last = first } = /^(?<first>\d{1,7})(?:-(?<last>\d{1,7}))?$/.exec(range)?.groups ?? {}
      if (first === undefined || tasks.length + Number(last) - Number(first) >= limits.groupTasks)
        return undefined
      for (let partition = Number(first); partition <= Number(last); partition++) {
        tasks.push({ stage: Number(stage), partition })
      }
    }
  }
  return tasks
}

/** Of ascending numbers. */
function writeRanges(partitions: readonly number[]): string {
  const ranges: { first: number; last: number }[] = []
  for (const partition of partitions) {
    const range = ranges.at(-1)
    if (range !== undefined && partition <= range.last + 1) range.last = partition
    else ranges.push({ first: partition, last: partition })
  }
  return ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(',')
}
