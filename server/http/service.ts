import type { FastifyInstance } from 'fastify'
import type { Registry } from 'prom-client'

/** One kind of thing that a server serves: features now, models beside them. */
export interface Service {
  readonly name: string
  /** For the document of the API. */
  readonly description: string
  /** Adds its routes. Each says in its `config` what scope it needs; without that, nobody gets in but `admin`. */
  routes(app: FastifyInstance, metrics: Registry): void
  /** Resolves if what it answers from can be reached. */
  reach(): Promise<void>
}
