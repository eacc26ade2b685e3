import { openLogHome } from '../../connectors/log/home.ts'
import { MemoryHome } from '../../connectors/memory/home.ts'
import { temporaryDirectory } from '../support/state-directory.ts'
import { testHome } from './home.ts'

testHome('memory', () => {
  const home = new MemoryHome()
  return () => home
})

testHome('log', t => {
  const dir = temporaryDirectory(t)
  return () => openLogHome({ dir, fsync: 'never' })
})
