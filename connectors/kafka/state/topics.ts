import { HeadraceError } from '../../../engine/errors.ts'
import type { SharedTask } from '../../../engine/home.ts'
import type { TopicsCluster } from './create-topic.ts'
import { growTopic, lastingTopic, makeTopic } from './create-topic.ts'
import { marksTopic, stateTopic } from './job-topics.ts'

/**
 * Makes the topics that hold the state and the marks of a job, where they are missing. Those that are there have
 * to fit: a stage whose input has grown can only go on if no state of it has to move with the keys.
 */
export async function prepareTopics(
  cluster: TopicsCluster,
  job: string,
  tasks: readonly SharedTask[],
  options: { readonly replicationFactor?: number } = {},
): Promise<void> {
  const { replicationFactor } = options
  for (const [stage, own] of Map.groupBy(tasks, task => task.stage)) {
    await prepareState(cluster, job, stage, own, replicationFactor)
  }
  const marks = marksTopic(job)
  if ((await cluster.partitions(marks)) === undefined) {
    await makeTopic(cluster, lastingTopic(marks, 1, replicationFactor))
  }
}

async function prepareState(
  cluster: TopicsCluster,
  job: string,
  stage: number,
  tasks: readonly SharedTask[],
  replicationFactor: number | undefined,
): Promise<void> {
  const topic = stateTopic(job, stage)
  const wanted = tasks.length
  let found = await cluster.partitions(topic)
  if (found === undefined && (await makeTopic(cluster, lastingTopic(topic, wanted, replicationFactor))))
    return
  found ??= await cluster.partitions(topic)
  if (found === wanted) return
  const mayGrow = found !== undefined && found < wanted && !tasks.some(task => task.stateful)
  if (!mayGrow) throw misfit(job, topic, tasks, found ?? 0)
  await growTopic(cluster, topic, wanted)
}

function misfit(job: string, topic: string, tasks: readonly SharedTask[], found: number): HeadraceError {
  const [{ stage, inputs }] = tasks
  const grown = tasks.length > found
  const message =
    `stage ${stage} has state for ${found} partitions, and its input ${inputs.join(', ')} has ${tasks.length}: ` +
    `${grown ? 'it has grown, and keys have moved between partitions' : 'it was made anew with fewer, or is another topic'}. ` +
    `Begin anew with \`headrace reset <job.ts>\`, or let the job read a topic of ${found} partitions`
  return new HeadraceError('HR_STATE_INCOMPATIBLE', message, { job, topic })
}
