import assert from 'node:assert/strict'
import { test } from 'node:test'
import { influx, influxServer, newBucket } from './influx.ts'

test('a bucket takes points and gives them back', async () => {
  const server = await influx()
  const { url, token, org, bucket } = await newBucket(server)
  assert.equal(await write(url, token, org, bucket), 204)
})

test('a server is killed and started again with what it had', async t => {
  const server = await influxServer(t)
  const { url, token, org, bucket } = await newBucket(server)
  await server.kill()
  await assert.rejects(fetch(`${url}/health`))
  await server.start()
  assert.equal(await write(url, token, org, bucket), 204)
})

async function write(url: string, token: string, org: string, bucket: string): Promise<number> {
  const query = new URLSearchParams({ org, bucket })
  const headers = { authorization: `Token ${token}` }
  const answer = await fetch(`${url}/api/v2/write?${query}`, { method: 'POST', headers, body: 'm v=1i 1' })
  return answer.status
}
