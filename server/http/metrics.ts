import type { FastifyInstance } from 'fastify'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Load } from './load.ts'

/** From a quarter of a millisecond to ten seconds. */
export const secondsBuckets = [
  0.000_25, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
]

/** Measures every request, and shows all metrics at /metrics, to everybody: they tell of no values. */
export function addMetrics(app: FastifyInstance, load: Load): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  measureRequests(app, registry)
  showLoad(registry, load)
  const schema = { tags: ['health'], summary: 'Metrics in the format of Prometheus', security: [] }
  app.get('/metrics', { schema }, async (_, reply) => {
    const text = await registry.metrics()
    return reply.type(registry.contentType).send(text)
  })
  return registry
}

function measureRequests(app: FastifyInstance, registry: Registry): void {
  const seconds = new Histogram({
    name: 'headrace_http_request_seconds',
    help: 'From the first byte of a request to the last of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: secondsBuckets,
    registers: [registry],
  })
  app.addHook('onResponse', ({ method, routeOptions }, reply, done) => {
    const labels = { method, route: routeOptions.url ?? 'unknown', status: reply.statusCode }
    seconds.observe(labels, reply.elapsedTime / 1000)
    done()
  })
}

function showLoad(registry: Registry, load: Load): void {
  new Gauge({
    name: 'headrace_http_requests_under_way',
    help: 'Requests that are not answered yet',
    registers: [registry],
    collect() {
      this.set(load.requests)
    },
  })
  new Counter({
    name: 'headrace_http_connections_turned_away_total',
    help: 'Connections that were closed at once, as there were too many',
    registers: [registry],
    collect() {
      this.reset()
      this.inc(load.turnedAway)
    },
  })
}
