import type { DiffOptions } from '../../backtest/diff/diff-outputs.ts'
import { diffOutputs } from '../../backtest/diff/diff-outputs.ts'
import type { Side } from '../../backtest/diff/side.ts'
import { openLogHome } from '../../connectors/log/home.ts'
import { spec } from './outputs.ts'

/** A process of its own that compares two outputs, and says what it found and what that cost. */
const [a, b] = process.argv.slice(2)
const options: DiffOptions = { a: await open(a), b: await open(b), spec }
const [begun, before] = [performance.now(), process.cpuUsage()]
const { equal, changed, onlyA, onlyB } = await diffOutputs(options, new AbortController().signal)
const { user, system } = process.cpuUsage(before)
const wallSeconds = (performance.now() - begun) / 1000
const peakRssMB = Math.round(process.resourceUsage().maxRSS / 1024)
const found = { equal, changed, onlyA, onlyB }
process.stdout.write(
  JSON.stringify({ found, cpuSecondsMeasured: (user + system) / 1e6, wallSeconds, peakRssMB }),
)

async function open(dir: string): Promise<Side> {
  const home = openLogHome({ dir })
  const count = (await home.partitions(spec.name)) ?? 0
  const sources = Array.from({ length: count }, (_, partition) => home.openSource(spec.name, partition))
  const partitions = (await Promise.all(sources)).map(source => ({
    source,
    start: 0,
    end: source.endOffset(),
  }))
  return { name: dir, partitions }
}
