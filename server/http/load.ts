import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { limits } from '../../engine/limits.ts'

/** What a server has under way, and whether it is about to end. */
export class Load {
  requests = 0
  /** Connections that were closed at once, being too many. */
  turnedAway = 0
  isDraining = false

  /** Counts on the server itself: every request ends there, whatever becomes of it. */
  watch(server: Server): void {
    server.maxConnections = limits.serverConnections
    server.on('drop', () => this.turnedAway++)
    server.prependListener('request', (_: IncomingMessage, response: ServerResponse) => {
      this.requests++
      response.once('close', () => this.requests--)
    })
  }
}
