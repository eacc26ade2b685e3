/**
 * Writes the dashboards that Grafana reads: `npm run dashboards`.
 * With --check it writes nothing and fails if one is not what the source says.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { jobsDashboard, prometheusDashboard, scoresDashboard } from './dashboards.ts'

const dashboards = {
  'headrace-jobs.json': jobsDashboard,
  'headrace-jobs-prometheus.json': prometheusDashboard,
  'headrace-scores.json': scoresDashboard,
}

const checking = process.argv.includes('--check')
const stale: string[] = []

for (const [name, make] of Object.entries(dashboards)) {
  const path = new URL(`../generated/${name}`, import.meta.url)
  const wanted = `${JSON.stringify(make(), null, 2)}\n`
  const written = await readFile(path, 'utf8').catch(() => '')
  if (written === wanted) continue
  if (checking) stale.push(`deploy/grafana/generated/${name}`)
  else await writeFile(path, wanted)
}

if (stale.length > 0) {
  process.stderr.write(
    `Out of date: ${stale.join(', ')}. Run \`npm run dashboards\` and commit the result.\n`,
  )
  process.exitCode = 1
}
