import { MemoryStores } from '../../connectors/memory/stores.ts'
import { SqliteFeatures } from '../../connectors/sqlite/features.ts'
import { temporaryDirectory } from '../support/state-directory.ts'
import { testFeatures } from './features.ts'

testFeatures({
  name: 'memory',
  factory: () => {
    const stores = new MemoryStores()
    return () => stores
  },
  tellsExpired: true,
  histories: 100,
})

testFeatures({
  name: 'sqlite',
  factory: t => {
    const dir = temporaryDirectory(t)
    return () => new SqliteFeatures({ dir, fsync: 'never' })
  },
  tellsExpired: true,
  histories: 100,
})
