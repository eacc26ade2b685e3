import { lagOfJob } from '../../../cli/job-lag.ts'
import { KafkaPlace } from '../../../cli/place/kafka-place.ts'
import { messageOf } from '../../../engine/errors.ts'
import type { Job } from '../../../engine/job.ts'

const PATIENCE_MS = 15_000

/** How far each task has come, for people who look for the reason of a failure. */
export async function whereItStands(job: Job, brokers: readonly string[]): Promise<string> {
  const late = AbortSignal.timeout(PATIENCE_MS)
  const gaveUp = new Promise<string>(resolve => {
    late.addEventListener('abort', () => resolve('the brokers do not tell how far the job is'))
  })
  return Promise.race([gaveUp, lags(job, brokers).catch(error => messageOf(error))])
}

async function lags(job: Job, brokers: readonly string[]): Promise<string> {
  const place = await KafkaPlace.open({ brokers }, () => {})
  try {
    const { partitions } = await lagOfJob(place, job.name, [])
    return partitions
      .map(
        ({ topic, partition, position, end, member }) =>
          `${topic}-${partition}: ${position} of ${end}, ${member}`,
      )
      .join('\n')
  } finally {
    await place.close()
  }
}
