import type { ModelHome } from '../engine/models/model-home.ts'

/** Models in versions that do not change while a job is replayed, so that its results can be made again. */
export function pinned(models: ModelHome, versions: Readonly<Record<string, number>>): ModelHome {
  return {
    serving: async name => {
      const version = versions[name] ?? (await models.serving(name)).version
      return { version, shadow: null, revision: String(version) }
    },
    load: (model, version) => models.load(model, version),
    close: () => models.close(),
  }
}
