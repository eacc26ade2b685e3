import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { HeadraceError, messageOf } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import type { PrometheusFigures } from './prometheus.ts'

export interface MetricsServer {
  readonly url: string
  close(): Promise<void>
}

/** Serves `/metrics`, and nothing else. */
export async function serveMetrics(
  figures: Pick<PrometheusFigures, 'contentType' | 'text'>,
  host: string,
  port: number,
): Promise<MetricsServer> {
  const server = createServer((request, response) => void answer(request, response, figures))
  server.maxConnections = limits.metricsConnections
  try {
    await once(server.listen(port, host), 'listening')
  } catch (cause) {
    const message = `metrics cannot be served at ${host}:${port}: ${messageOf(cause)}`
    throw new HeadraceError('HR_METRICS_PORT', message, { cause })
  }
  const { address, family, port: bound } = server.address() as AddressInfo
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}/metrics`,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function answer(
  { url, method }: IncomingMessage,
  response: ServerResponse,
  figures: Pick<PrometheusFigures, 'contentType' | 'text'>,
): Promise<void> {
  if (url?.split('?')[0] !== '/metrics') return end(response, 404, 'there is /metrics\n')
  if (method !== 'GET' && method !== 'HEAD') return end(response, 405, 'GET /metrics\n')
  try {
    const text = await figures.text()
    response.setHeader('content-type', figures.contentType)
    end(response, 200, text)
  } catch (error) {
    end(response, 500, `${messageOf(error)}\n`)
  }
}

function end(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status
  response.end(text)
}
