import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { HeadraceError, messageOf } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import { createApp } from './app.ts'
import { Load } from './load.ts'
import type { ServerOptions } from './options.ts'
import type { Service } from './service.ts'

/** A server that listens. */
export interface RunningServer {
  /** As `http://127.0.0.1:8470`. */
  readonly url: string
  /** Ends it, with all that is under way answered. Resolves after a bounded time, whatever clients do. */
  drain(): Promise<void>
}

export async function startServer(
  services: readonly Service[],
  options: ServerOptions,
): Promise<RunningServer> {
  const { host, port, tokens } = options
  if (tokens.length === 0 && !isLoopback(host)) {
    const message = `without serve.tokens the server listens on a loopback address alone, as 127.0.0.1, and not on ${host}`
    throw new HeadraceError('HR_CONFIG_INVALID', message)
  }
  const load = new Load()
  const app = await createApp(services, options, load)
  const url = await listen(app, host, port)
  let drained: Promise<void> | undefined
  return { url, drain: () => (drained ??= drain(app, load)) }
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    return await app.listen({ host, port, backlog: limits.serverConnections })
  } catch (error) {
    await app.close()
    const message = `cannot listen on ${host}:${port}: ${messageOf(error)}`
    throw new HeadraceError('HR_SERVER_ADDRESS', message, { cause: error })
  }
}

async function drain(app: FastifyInstance, load: Load): Promise<void> {
  const { server } = app
  load.isDraining = true
  server.closeIdleConnections()
  // Balancers learn from /health/ready that they are to turn to others; what they still send is answered.
  await pause(limits.serverLeaveMs)
  const cut = new AbortController()
  const late = pause(limits.serverDrainMs, undefined, { signal: cut.signal }).then(
    () => server.closeAllConnections(),
    () => {},
  )
  const closed = server.listening ? once(server, 'close') : undefined
  await Promise.all([app.close(), closed])
  cut.abort()
  await late
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
}
