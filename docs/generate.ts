/**
 * Writes the pages that are made from source: `npm run docs`.
 * With --check it writes nothing and fails if a page is not what the source says: part of `npm test`.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { commandLinePage } from './pages/command-line.ts'
import { errorsPage } from './pages/errors.ts'
import { limitsPage } from './pages/limits.ts'

const pages: Record<string, () => string | Promise<string>> = {
  'command-line.md': commandLinePage,
  'errors.md': errorsPage,
  'limits.md': limitsPage,
}

const checking = process.argv.includes('--check')
const stale: string[] = []

for (const [name, render] of Object.entries(pages)) {
  const path = new URL(name, import.meta.url)
  const wanted = await render()
  const written = await readFile(path, 'utf8').catch(() => '')
  if (written === wanted) continue
  if (checking) stale.push(`docs/${name}`)
  else await writeFile(path, wanted)
}

if (stale.length > 0) {
  console.error(`Out of date: ${stale.join(', ')}. Run \`npm run docs\` and commit the result.`)
  process.exitCode = 1
}
