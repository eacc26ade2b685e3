import type { Services } from '../engine/workers/service-modules.ts'
import { pinned } from './pinned-models.ts'
import { unheard } from './unheard-stores.ts'

export interface ServiceRules {
  /** Versions of models, by name. */
  readonly versions: Readonly<Record<string, number>>
  /** Whether it fills the state alone, so that nothing is stored. */
  readonly isUnheard: boolean
}

/** What a job uses beside its home, as a replay has it. */
export function replayedServices(services: Services, { versions, isUnheard }: ServiceRules): Services {
  const { schemas, stores, models } = services
  return {
    schemas,
    stores: stores && isUnheard ? unheard(stores) : stores,
    models: models && pinned(models, versions),
  }
}
