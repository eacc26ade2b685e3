import { InfluxDB } from '@influxdata/influxdb-client'
import { messageOf } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import { refused } from './answers.ts'
import type { InfluxClient } from './client.ts'
import type { InfluxOptions } from './config.ts'
import type { InfluxAnswer } from './exchange.ts'

/** Where points are posted to. */
export function writeUrl({ url, org, bucket, precision = 'ms' }: InfluxOptions): string {
  return `${url}/api/v2/write?${new URLSearchParams({ org, bucket, precision })}`
}

/** Checks that the server is there, has the bucket, and lets us write; makes the bucket where the configuration says so. */
export async function checkBucket(client: InfluxClient): Promise<void> {
  let answer = await writeNothing(client)
  if (answer.status === 404 && client.options.createBucket !== undefined) {
    const reason = await makeBucket(client)
    answer = await writeNothing(client)
    if (answer.status === 404) throw missing(client.options, { status: 404, text: reason })
  }
  if (answer.status === 404) throw missing(client.options, answer)
  // Whether no points are an error is another matter: versions differ.
  if (![204, 400, 422].includes(answer.status)) throw refused(whatOf(client.options), answer)
}

/** The client that asks and manages. */
export async function influxDb(client: InfluxClient): Promise<InfluxDB> {
  const { url, tls } = client.options
  return new InfluxDB({
    url,
    headers: { ...(await client.headers()) },
    timeout: limits.storeRequestMs,
    transportOptions: { ...tls },
  })
}

/** Says that the bucket is missing before it says that its points are. */
function writeNothing(client: InfluxClient): Promise<InfluxAnswer> {
  const request = {
    method: 'POST',
    url: writeUrl(client.options),
    headers: {},
    body: Buffer.alloc(0),
  } as const
  return client.send(request, { limitMs: limits.storeOpenMs })
}

/** Gives why it could not. Another process may have been first, which is as good. */
async function makeBucket(client: InfluxClient): Promise<string> {
  const { org, bucket, createBucket } = client.options
  const { transport } = await influxDb(client)
  const retention = createBucket?.retentionMs
  const retentionRules =
    retention === undefined ? [] : [{ type: 'expire', everySeconds: Math.ceil(retention / 1000) }]
  try {
    const path = `/api/v2/orgs?${new URLSearchParams({ org })}`
    const { orgs } = (await transport.request(path, '', { method: 'GET' })) as { orgs: { id: string }[] }
    const body = { orgID: orgs[0]?.id, name: bucket, retentionRules }
    await transport.request('/api/v2/buckets', body, { method: 'POST' })
    return ''
  } catch (error) {
    return messageOf(error)
  }
}

function missing(options: InfluxOptions, answer: Pick<InfluxAnswer, 'status' | 'text'>) {
  return refused(whatOf(options), answer)
}

function whatOf({ bucket, org }: InfluxOptions): string {
  return `opening bucket "${bucket}" of organization "${org}"`
}
