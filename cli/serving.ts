import type { Service } from '../server/http/service.ts'
import type { Option } from './command.ts'
import { dataOptions } from './command.ts'
import type { Deployment } from './config.ts'
import type { Io } from './io.ts'
import { StopSignals } from './stop-signals.ts'
import { ownVersion } from './version.ts'

/** Options of the commands that serve over HTTP. */
export const serveOptions: Readonly<Record<string, Option>> = {
  ...dataOptions,
  host: { value: 'HOST', help: 'address to listen at (HEADRACE_SERVE_HOST; default 127.0.0.1)' },
  port: { value: 'N', help: 'port to listen at, 0 for any that is free (HEADRACE_SERVE_PORT; default 8470)' },
}

/** Serves until the process is asked to stop, and what is under way then is answered. */
export async function serveUntilStopped(
  service: Service,
  { serve: options }: Deployment,
  io: Io,
): Promise<void> {
  const { startServer } = await import('../server/http/server.ts')
  const server = await startServer([service], { ...options, log: io.out, version: ownVersion() })
  note(io, `serving ${service.name} at ${server.url}; the API is shown at ${server.url}/docs`)
  if (options.tokens.length === 0) {
    note(
      io,
      'there are no tokens: everybody on this machine may ask, and nobody else; `headrace token new` makes one',
    )
  }
  const stop = new StopSignals(
    () => note(io, 'stopping: what is under way is answered; Ctrl-C again aborts'),
    () => note(io, 'aborted'),
  )
  await new Promise(resolve => stop.signal.addEventListener('abort', resolve, { once: true }))
  await server.drain()
  stop.release()
}

export function note(io: Io, text: string): void {
  io.err.write(`${text}\n`)
}
