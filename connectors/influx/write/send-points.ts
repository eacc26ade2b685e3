import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import type { StoreReject } from '../../../engine/stores/stores.ts'
import { writeUrl } from '../bucket.ts'
import type { InfluxClient } from '../client.ts'
import type { PointBatch } from './point-batch.ts'
import { verdictOf } from './verdict.ts'

const compress = promisify(gzip)
/** Below it a request is one packet in any case. */
const GZIP_BYTES_MIN = 1000

/**
 * Resolves when the server has all points of the batch, but for those that it refuses for good, which it gives. Where
 * the server only says that there are such, they are searched for by halves: points that are written again change nothing.
 */
export async function sendPoints(
  client: InfluxClient,
  batch: PointBatch,
  signal: AbortSignal,
): Promise<StoreReject[]> {
  const rejects: StoreReject[] = []
  const reject = (point: number, reason: string) => {
    const message = `InfluxDB refuses the point: ${reason}`
    rejects.push({ code: 'HR_POINT_REFUSED', message, value: batch.line(point), time: batch.time(point) })
  }
  const send = async (first: number, behind: number): Promise<void> => {
    const answer = await post(client, batch.lines(first, behind), signal)
    const verdict = verdictOf(answer, batch, first, behind, client.options.bucket)
    if (verdict.kind === 'written') return
    if (verdict.kind === 'named') {
      for (const [point, reason] of verdict.reasons) reject(point, reason)
    } else if (verdict.kind === 'refused' || behind - first === 1) {
      for (let point = first; point < behind; point++) reject(point, verdict.reason)
    } else {
      const middle = (first + behind) >> 1
      await send(first, middle)
      await send(middle, behind)
    }
  }
  await send(0, batch.points)
  return rejects
}

async function post(client: InfluxClient, lines: Buffer, signal: AbortSignal) {
  const isPacked = client.options.gzip !== false && lines.length >= GZIP_BYTES_MIN
  const headers = { 'content-type': 'text/plain; charset=utf-8' }
  const request = {
    method: 'POST',
    url: writeUrl(client.options),
    headers: isPacked ? { ...headers, 'content-encoding': 'gzip' } : headers,
    body: isPacked ? await compress(lines, { level: constants.Z_BEST_SPEED }) : lines,
  } as const
  return client.send(request, { signal })
}
