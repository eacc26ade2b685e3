import { setTimeout as pause } from 'node:timers/promises'
import { HeadraceError } from '../../../engine/errors.ts'
import { limits } from '../../../engine/limits.ts'
import type { Committed } from '../../../engine/recovery/committed.ts'
import { topicsRead } from '../../../engine/recovery/committed.ts'
import { viewOffsets } from '../admin/offsets.ts'
import { viewTopics } from '../admin/topics.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Isolation } from '../protocol/list-offsets.ts'
import type { Fetchers } from '../source/fetchers.ts'
import { isRepartition, jobOfState } from './job-topics.ts'
import { readState } from './read-state.ts'
import type { StateChain } from './state-chain.ts'

export interface TaskState {
  /** As in `0-3`: its stage and partition. */
  readonly task: string
  readonly chain: StateChain
}

/** What is stored of each task of a job, read without taking it from whoever is at work on it. */
export async function readTasks(
  cluster: Cluster,
  fetchers: Fetchers,
  job: string,
  end: Isolation,
): Promise<TaskState[]> {
  const tasks: TaskState[] = []
  for (const { name: topic, partitions } of await viewTopics(cluster)) {
    if (jobOfState(topic) !== job) continue
    const stage = topic.slice(topic.lastIndexOf('.') + 1)
    for (const { partition } of partitions) {
      tasks.push({
        task: `${stage}-${partition}`,
        chain: await readState(fetchers, { topic, partition }, end),
      })
    }
  }
  return tasks
}

/**
 * What the tasks of a job have committed as of one moment. Each commits for itself, so that those of a job in stages
 * have to be found at a moment when none of them does: else a record between two stages would be there twice, or not.
 */
export async function readCommitted(cluster: Cluster, fetchers: Fetchers, job: string): Promise<Committed> {
  for (let attempt = 1; attempt <= limits.checkpointReads; attempt++) {
    const before = await readTasks(cluster, fetchers, job, 'all')
    const records = before.flatMap(({ chain }) => chain.records)
    const unbegun = before.filter(({ chain }) => chain.tip === null).map(({ task }) => task)
    const between = [...topicsRead(records, job)].filter(isRepartition)
    if (between.length === 0) return { records, unbegun, ends: {} }
    const ends = await decidedEnds(cluster, between)
    const after = ends && (await readTasks(cluster, fetchers, job, 'all'))
    if (ends && tipsOf(after ?? []) === tipsOf(before)) return { records, unbegun, ends }
    await pause(limits.checkpointPauseMs)
  }
  const message =
    'its stages commit so often that they are not to be seen at one moment: save it while little comes, or stop it before'
  throw new HeadraceError('HR_CHECKPOINT_UNSETTLED', message, { job })
}

/** Where topics end; undefined while the outcome of a transaction that has written to them is open. */
async function decidedEnds(
  cluster: Cluster,
  topics: readonly string[],
): Promise<Record<string, number[]> | undefined> {
  const [all, stable] = [
    await viewOffsets(cluster, topics, 'latest', 'all'),
    await viewOffsets(cluster, topics, 'latest'),
  ]
  const ends: Record<string, number[]> = {}
  for (const topic of topics) {
    const [written, decided] = [all.get(topic) ?? [], stable.get(topic) ?? []]
    const isDecided = written.every((end, partition) => end !== undefined && end === decided[partition])
    if (!isDecided) return undefined
    ends[topic] = written.map(end => end ?? 0)
  }
  return ends
}

function tipsOf(tasks: readonly TaskState[]): string {
  return tasks.map(({ task, chain }) => `${task} ${chain.tip}`).join()
}
