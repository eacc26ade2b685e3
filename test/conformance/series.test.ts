import { MemorySeries } from '../../connectors/memory/series.ts'
import { SqliteSeries } from '../../connectors/sqlite/series.ts'
import { temporaryDirectory } from '../support/state-directory.ts'
import { testSeries } from './series.ts'

testSeries({
  name: 'memory',
  factory: () => {
    const store = new MemorySeries()
    return () => store
  },
  histories: 100,
})

testSeries({
  name: 'sqlite',
  factory: t => {
    const dir = temporaryDirectory(t)
    return () => new SqliteSeries({ dir, fsync: 'never' })
  },
  histories: 100,
})
