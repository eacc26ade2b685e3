import type { TestContext } from 'node:test'
import type { FeatureStore } from '../../engine/stores/feature-store.ts'
import type { OnDemand } from '../../features/index.ts'
import { featureService } from '../../server/features/service.ts'
import type { ServerOptions } from '../../server/http/options.ts'
import type { TestServer } from './test-server.ts'
import { testServer } from './test-server.ts'

export interface TestFeatureServer extends TestServer {
  /** Reads features; the body is JSON data, or a text that is sent as it is. */
  read(view: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>
}

/** A feature server on a port of its own, which the end of the test ends. */
export async function featureServer(
  t: Pick<TestContext, 'after'>,
  store: FeatureStore,
  options: Partial<ServerOptions> = {},
  onDemand: readonly OnDemand[] = [],
): Promise<TestFeatureServer> {
  const server = await testServer(t, featureService(store, onDemand), options)
  return { ...server, read: (view, body, headers) => server.post(`/v1/features/${view}`, body, headers) }
}
