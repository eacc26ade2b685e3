import type { LogHomeOptions } from '../../connectors/log/config.ts'
import { openLogHome } from '../../connectors/log/home.ts'
import type { Plan } from '../../engine/graph/plan.ts'
import type { Home } from '../../engine/home.ts'
import type { Stores } from '../../engine/stores/stores.ts'
import type { Deployment } from '../config.ts'
import { homeOptions } from '../home.ts'
import { embeddedOnly, openStores, storeOptions } from '../stores.ts'
import type { Targets } from './targets.ts'
import { targetStores } from './targets.ts'

/** Where the results of a replay go. */
export interface Results {
  readonly home: Home
  readonly stores: Stores
  /** Of the data directory, for threads that read what stages hand on to each other. */
  readonly options: LogHomeOptions
  close(): Promise<void>
}

/** Outputs, state, features and series in a data directory of their own; views and series elsewhere, if that is asked for. */
export async function openResults(
  deployment: Deployment,
  dir: string,
  note: (text: string) => void,
  planned: Plan,
  targets?: Targets,
): Promise<Results> {
  // What is lost with the machine is replayed again.
  const apart = { ...deployment, dataDir: dir, kafka: undefined, fsync: 'never' as const }
  const options = homeOptions(apart)
  const home = openLogHome(options)
  const written = targetStores(embeddedOnly(storeOptions(apart)), deployment, targets)
  const { redis, embedded } = storeOptions(deployment)
  const lookups = { redis, embedded, own: viewsOf(planned) }
  const stores = await openStores({ ...written, lookups }, note)
  return {
    home,
    stores,
    options,
    close: async () => {
      await stores.close()
      await home.close()
    },
  }
}

/** The views that a job writes. */
function viewsOf({ stages }: Plan): string[] {
  const stores = stages.flatMap(({ storeEnds }) => storeEnds.map(({ store }) => store))
  return stores.filter(({ kind }) => kind === 'features').map(({ name }) => name)
}
