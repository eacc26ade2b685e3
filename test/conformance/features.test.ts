import { SqliteFeatures } from '../../connectors/sqlite/features.ts'
import { temporaryDirectory } from '../support/state-directory.ts'
import { testFeatures } from './features.ts'

testFeatures({
  name: 'sqlite',
  factory: t => {
    const dir = temporaryDirectory(t)
    return () => new SqliteFeatures({ dir, fsync: 'never' })
  },
  tellsExpired: true,
  histories: 100,
})
