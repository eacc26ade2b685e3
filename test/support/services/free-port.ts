import { createServer } from 'node:net'

/**
 * Below the range from which systems take the ports of outgoing connections: nothing but another server can come in
 * between, also while a server is down that will come back to its port.
 */
const [lowest, highest] = [15_000, 30_000]

const given = new Set<number>()

/** A port of this machine on which nothing listens, another each time. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest))
    if (given.has(port) || !(await isFree(port))) continue
    given.add(port)
    return port
  }
}

function isFree(port: number): Promise<boolean> {
  const server = createServer()
  return new Promise(resolve => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
