import { defaultKeyPrefix } from '../../connectors/redis/config.ts'
import { HeadraceError, isHeadraceError } from '../../engine/errors.ts'
import type { Plan } from '../../engine/graph/plan.ts'
import { sinksOf } from '../../engine/graph/plan.ts'
import { deadLetterTopic } from '../../engine/io/dead-letters.ts'
import type { Option } from '../command.ts'
import type { Deployment } from '../config.ts'
import type { Flags } from '../flags.ts'
import { usageError } from '../flags.ts'
import type { Place } from '../place/place.ts'
import type { StoreOptions } from '../stores.ts'
import { openFeatureStore, openSeriesStore } from '../stores.ts'

/** Options that have the results of a replay written to the systems of the deployment. */
export const targetFlags: Readonly<Record<string, Option>> = {
  'to-topics': {
    value: 'PREFIX',
    help: 'copy the outputs to topics of the deployment, too, each named by this and its name',
  },
  'to-redis': {
    value: 'PREFIX',
    help: "write feature views to the deployment's Redis, with keys that begin with this",
  },
  'to-bucket': { value: 'NAME', help: "write series to this bucket of the deployment's InfluxDB" },
  'overwrite-live': {
    help: 'write there even where something else is: what is live may be overwritten, or mixed with results',
  },
}

/** Where results go beside the directory. */
export interface Targets {
  readonly topics: string | undefined
  readonly redis: string | undefined
  readonly bucket: string | undefined
  readonly overwriteLive: boolean
}

export function readTargets(flags: Flags, { redis, influx }: Deployment): Targets {
  const targets = {
    topics: flags.text('to-topics'),
    redis: flags.text('to-redis'),
    bucket: flags.text('to-bucket'),
    overwriteLive: flags.on('overwrite-live'),
  }
  if (targets.redis !== undefined && redis === undefined)
    throw usageError('--to-redis: the deployment has no Redis configured')
  if (targets.bucket !== undefined && influx === undefined)
    throw usageError('--to-bucket: the deployment has no InfluxDB configured')
  return targets
}

/** The same in the words of who asked for it. */
export function targetWords({ topics, redis, bucket }: Targets): Record<string, string> {
  return {
    ...(topics !== undefined && { 'to-topics': topics }),
    ...(redis !== undefined && { 'to-redis': redis }),
    ...(bucket !== undefined && { 'to-bucket': bucket }),
  }
}

/** The stores that views and series go to: those of the directory, unless others are named. */
export function targetStores(
  own: StoreOptions,
  { redis, influx }: Deployment,
  targets: Targets | undefined,
): StoreOptions {
  return {
    ...own,
    ...(redis && targets?.redis !== undefined && { redis: { ...redis, keyPrefix: targets.redis } }),
    ...(influx &&
      targets?.bucket !== undefined && {
        influx: { ...influx, bucket: targets.bucket, createBucket: influx.createBucket ?? {} },
      }),
  }
}

/** By topic of the job's results: what it is called among the targets. */
export function targetTopics(planned: Plan, prefix: string): Map<string, string> {
  const topics = [...sinksOf(planned).map(({ topic }) => topic.name), deadLetterTopic(planned.job.name)]
  return new Map(topics.map(topic => [topic, `${prefix}${topic}`]))
}

/** Throws where a new replay would write to what is live, or where something is already. */
export async function assertFree(
  targets: Targets,
  planned: Plan,
  deployment: Deployment,
  openPlace: () => Promise<Place>,
): Promise<void> {
  const { topics, redis, bucket, overwriteLive } = targets
  if (overwriteLive) return
  const found: string[] = []
  if (topics !== undefined) {
    const place = await openPlace()
    try {
      found.push(...(await inTopics(topics, planned, place)))
    } finally {
      await place.close()
    }
  }
  const own = { redis: undefined, influx: undefined, embedded: { dir: deployment.dataDir } }
  const stores = targetStores(own, deployment, targets)
  if (redis !== undefined) found.push(...(await inRedis(redis, deployment, stores)))
  if (bucket !== undefined) found.push(...(await inBucket(bucket, deployment, stores)))
  if (found.length === 0) return
  const message = `${found.join('; ')}: choose another, or --overwrite-live if it may be lost`
  throw new HeadraceError('HR_REPLAY_TARGET', message, { job: planned.job.name })
}

async function inTopics(prefix: string, planned: Plan, place: Place): Promise<string[]> {
  const { stages } = planned
  const read = stages.flatMap(({ inputs }) => inputs.map(({ source }) => source.name))
  const live = new Set([...read, ...targetTopics(planned, '').keys()])
  const found: string[] = []
  for (const name of targetTopics(planned, prefix).values()) {
    if (live.has(name)) found.push(`the topic ${name} is one of the live job`)
    else if (await hasRecords(place, name)) found.push(`the topic ${name} has records`)
  }
  return found
}

async function hasRecords(place: Place, topic: string): Promise<boolean> {
  if ((await place.partitions(topic)) === undefined) return false
  const [starts, ends] = [await place.offsets(topic, 'earliest'), await place.offsets(topic, 'latest')]
  return ends.some((end, partition) => end > starts[partition])
}

async function inRedis(prefix: string, { redis }: Deployment, options: StoreOptions): Promise<string[]> {
  const live = redis?.keyPrefix ?? defaultKeyPrefix
  if (prefix === '' || prefix === live) return [`keys of live features begin with "${prefix}"`]
  const store = await openFeatureStore(options, () => {})
  const views = await store.list().finally(() => store.close())
  return views.length === 0 ? [] : [`there are feature views whose keys begin with "${prefix}"`]
}

async function inBucket(bucket: string, { influx }: Deployment, options: StoreOptions): Promise<string[]> {
  if (bucket === influx?.bucket) return [`the bucket ${bucket} is the live one`]
  const store = await openSeriesStore(options, () => {})
  try {
    return (await store.list()).length === 0 ? [] : [`the bucket ${bucket} has points`]
  } catch (error) {
    if (isHeadraceError(error, 'HR_BUCKET_MISSING')) return []
    throw error
  } finally {
    await store.close()
  }
}
