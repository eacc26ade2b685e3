import { HeadraceError } from '../engine/errors.ts'
import type { TaskRecord } from '../engine/recovery/checkpoint.ts'
import { compareState } from '../engine/recovery/compare-state.ts'
import type { Known } from './check-topics.ts'
import { describeChange } from './describe-change.ts'
import { kafkaOptions } from './home.ts'
import { newestTasks, readStored } from './stored-state.ts'

/** Whether the job could go on from what is stored of it, and what of that it would drop. */
export async function checkState(known: Known): Promise<string[]> {
  const { place, planned } = known
  const tasks = newestTasks(await readStored(place, planned.job.name))
  if (tasks.length === 0) return ['none yet']
  const changes = tasks.flatMap(task => compareState(planned, task))
  for (const task of tasks) await checkPositions(task, known)
  const texts = new Set(changes.map(describeChange))
  return [`of ${tasks.length} tasks, fits the job`, ...texts]
}

/** A position that retention has passed, or that the log never had, would end a run. */
async function checkPositions({ name, inputs }: TaskRecord, known: Known): Promise<void> {
  const { planned, place, deployment } = known
  const partition = Number(name.split('-')[1])
  for (const { topic, position } of inputs) {
    const count = (await place.partitions(topic)) ?? 0
    const where = { job: planned.job.name, topic, partition, offset: position }
    if (partition >= count) {
      const message = `there is state of task ${name}, but the topic has ${count} partitions`
      throw new HeadraceError('HR_STATE_INCOMPATIBLE', message, where)
    }
    const [starts, ends] = [await place.offsets(topic, 'earliest'), await place.offsets(topic, 'latest')]
    const [start, end] = [starts[partition], ends[partition]]
    if (position >= start && position <= end) continue
    const kafka = kafkaOptions(deployment)
    if (kafka !== undefined && kafka.onLostPosition !== 'fail') continue
    const ofLog = position < start ? 'HR_OFFSET_EXPIRED' : 'HR_OFFSET_BEYOND_END'
    const code = kafka === undefined ? ofLog : 'HR_POSITION_LOST'
    throw new HeadraceError(code, `there are offsets from ${start} up to ${end}`, where)
  }
}
