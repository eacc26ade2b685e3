import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'

export interface TokenRequest {
  readonly authorization: string | undefined
  readonly form: Readonly<Record<string, string>>
}

/** Where client credentials become tokens: gives what `grant` says, or lets it answer by itself. */
export async function tokenEndpoint(
  t: Pick<TestContext, 'after'>,
  grant: (to: ServerResponse) => object | undefined,
): Promise<{ url: string; requests: TokenRequest[] }> {
  const requests: TokenRequest[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const form = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()))
    requests.push({ authorization: request.headers.authorization, form })
    const granted = grant(response)
    if (granted !== undefined) response.end(JSON.stringify(granted))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/token?tenant=secret`, requests }
}
