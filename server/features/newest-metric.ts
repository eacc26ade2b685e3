import type { Registry } from 'prom-client'
import { Gauge } from 'prom-client'
import type { ViewListing } from '../../engine/stores/feature-store.ts'

/** How fresh each version is in its store, whether anybody reads it or not. */
export function showNewest(registry: Registry, list: () => Promise<readonly ViewListing[]>): void {
  new Gauge({
    name: 'headrace_feature_newest_seconds',
    help: 'Newest event time of a version of a view in its store, in seconds since 1970',
    labelNames: ['view', 'version', 'promoted'],
    registers: [registry],
    async collect() {
      this.reset()
      // A store that does not answer has no figures; the rest of the metrics is there all the same.
      const views = await list().catch(() => [])
      for (const { name, promoted, versions } of views) {
        for (const { definition, newest } of versions) {
          if (newest === null) continue
          const { version } = definition
          this.set({ view: name, version, promoted: String(version === promoted) }, newest / 1000)
        }
      }
    },
  })
}
