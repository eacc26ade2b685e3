import { randomUUID } from 'node:crypto'
import type { TestContext } from 'node:test'
import { InfluxServer } from './influx/server.ts'
import { needs } from './missing.ts'

await needs('InfluxDB')

/** Where a server is, and what lets one do everything there. */
export interface InfluxAddress {
  readonly url: string
  readonly token: string
  readonly org: string
}

let shared: Promise<InfluxAddress> | undefined

/**
 * A real server, one for all: the one that `INFLUX_URL`, `INFLUX_TOKEN` and `INFLUX_ORG` name, which is also how a run
 * of the whole suite hands on its own; else one that this process starts and that ends with it.
 */
export function influx(): Promise<InfluxAddress> {
  shared ??= find()
  return shared
}

/** A server of the test's own, to be stopped, killed, paused and started again. */
export async function influxServer(t: Pick<TestContext, 'after'>): Promise<InfluxServer> {
  const server = await InfluxServer.start()
  t.after(() => server.kill())
  return server
}

/** A new, empty bucket on a server; all that the connector needs to be told of it. */
export async function newBucket(
  server: InfluxAddress,
  prefix = 'bucket',
): Promise<InfluxAddress & { readonly bucket: string }> {
  const { url, token, org } = server
  const bucket = `${prefix}-${randomUUID().slice(0, 8)}`
  const headers = { authorization: `Token ${token}` }
  const { orgs } = await json(fetch(`${url}/api/v2/orgs?org=${encodeURIComponent(org)}`, { headers }))
  const body = JSON.stringify({ orgID: (orgs as { id: string }[])[0].id, name: bucket, retentionRules: [] })
  await json(fetch(`${url}/api/v2/buckets`, { method: 'POST', headers, body }))
  return { url, token, org, bucket }
}

async function json(asked: Promise<Response>): Promise<Record<string, unknown>> {
  const answer = await asked
  if (!answer.ok) throw new Error(`InfluxDB answers ${answer.status}: ${await answer.text()}`)
  return (await answer.json()) as Record<string, unknown>
}

async function find(): Promise<InfluxAddress> {
  const { INFLUX_URL: url, INFLUX_TOKEN: token = '', INFLUX_ORG: org = '' } = process.env
  return url ? { url, token, org } : InfluxServer.start()
}
