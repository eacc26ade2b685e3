import type { Manifest } from '../../backtest/manifest.ts'
import { TopicCopies } from '../../backtest/topic-copies.ts'
import type { Plan } from '../../engine/graph/plan.ts'
import type { TopicHome } from '../../engine/home.ts'
import type { Deployment } from '../config.ts'
import { openTargetHome } from './target-home.ts'
import type { Targets } from './targets.ts'
import { targetTopics } from './targets.ts'

/** Copies of a replay's outputs in the topics that are asked for; undefined for none. */
export async function openCopies(
  { topics: prefix, overwriteLive }: Targets,
  { id = '' }: Manifest,
  planned: Plan,
  results: TopicHome,
  deployment: Deployment,
  note: (text: string) => void,
): Promise<TopicCopies | undefined> {
  if (prefix === undefined) return undefined
  return new TopicCopies({
    from: results,
    to: await openTargetHome(deployment, note),
    // Never that of the live job, whatever the prefix is.
    job: `${prefix}${planned.job.name}.replay`,
    replay: id,
    names: targetTopics(planned, prefix),
    mayMix: overwriteLive,
  })
}

/** Works while copies are made of what that gives; where they fail, the work is stopped. */
export async function alongside<T>(
  copies: TopicCopies | undefined,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (copies === undefined) return work(signal)
  const [ended, failed] = [new AbortController(), new AbortController()]
  const following = copies.follow(ended.signal).catch((error: unknown) => {
    failed.abort()
    throw error
  })
  following.catch(() => {})
  try {
    return await work(AbortSignal.any([signal, failed.signal]))
  } finally {
    ended.abort()
    await following.finally(() => copies.close())
  }
}
