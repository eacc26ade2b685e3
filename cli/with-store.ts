import type { FeatureStore } from '../engine/stores/feature-store.ts'
import type { HashStore } from '../engine/stores/hash-store.ts'
import type { SeriesStore } from '../engine/stores/series-store.ts'
import type { Option } from './command.ts'
import { dataOptions } from './command.ts'
import { loadDeployment } from './config.ts'
import type { Flags } from './flags.ts'
import type { Io } from './io.ts'
import type { StoreOptions } from './stores.ts'
import {
  embeddedOnly,
  openFeatureStore,
  openHashStore,
  openSeriesStore,
  storeOptions,
  storePlaces,
} from './stores.ts'

/** Options of the commands that look into the stores. */
export const inStoreOptions: Readonly<Record<string, Option>> = {
  data: {
    value: 'DIR',
    help: 'the embedded store in this directory, whatever is configured (HEADRACE_DATA)',
  },
  config: dataOptions.config,
}

/** Opens the store of feature views for one action. */
export async function withFeatures<T>(
  flags: Flags,
  io: Io,
  action: (store: FeatureStore, where: string) => Promise<T>,
): Promise<T> {
  const options = await optionsOf(flags, io)
  const store = await openFeatureStore(options, tell(io))
  return action(store, storePlaces(options).features).finally(() => store.close())
}

/** Opens the store of series for one action. */
export async function withSeries<T>(
  flags: Flags,
  io: Io,
  action: (store: SeriesStore, where: string) => Promise<T>,
): Promise<T> {
  const options = await optionsOf(flags, io)
  const store = await openSeriesStore(options, tell(io))
  return action(store, storePlaces(options).series).finally(() => store.close())
}

/** Opens the store of hashes for one action. */
export async function withHashes<T>(
  flags: Flags,
  io: Io,
  action: (store: HashStore, where: string) => Promise<T>,
): Promise<T> {
  const options = await optionsOf(flags, io)
  const store = await openHashStore(options, tell(io))
  return action(store, storePlaces(options).hashes).finally(() => store.close())
}

async function optionsOf(flags: Flags, io: Io): Promise<StoreOptions> {
  const options = storeOptions(await loadDeployment(flags, io))
  return flags.text('data') === undefined ? options : embeddedOnly(options)
}

function tell(io: Io): (text: string) => void {
  return text => io.err.write(`${text}\n`)
}
