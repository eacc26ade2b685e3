import type { Home } from '../../engine/home.ts'
import type { Stores } from '../../engine/stores/stores.ts'
import type { Deployment } from '../config.ts'
import { openHome } from '../home.ts'
import { embeddedOnly, openStores, storeOptions } from '../stores.ts'

/** Where the results of a replay go. */
export interface Results {
  readonly home: Home
  readonly stores: Stores
  close(): Promise<void>
}

/** Outputs, state, features and series in a data directory of their own. */
export async function openResults(
  deployment: Deployment,
  dir: string,
  note: (text: string) => void,
): Promise<Results> {
  // What is lost with the machine is replayed again.
  const apart = { ...deployment, dataDir: dir, kafka: undefined, fsync: 'never' as const }
  const home = openHome(apart)
  const stores = await openStores(embeddedOnly(storeOptions(apart)), note)
  return {
    home,
    stores,
    close: async () => {
      await stores.close()
      await home.close()
    },
  }
}
