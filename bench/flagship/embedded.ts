import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Deployment } from '../../cli/config.ts'
import { ensureModels } from '../../cli/demo/demo-models.ts'
import { ShopFeed } from '../../cli/demo/shop-feed.ts'
import { LogPlace } from '../../cli/place/log-place.ts'
import type { Counts } from '../../engine/progress.ts'
import { ShopGenerator } from '../../jobs/clickstream/shop-generator.ts'
import { clicks, purchases } from '../../jobs/clickstream/topics.ts'
import { PARTITIONS } from '../events.ts'

export interface FlagshipResult {
  readonly suite: 'flagship'
  readonly way: 'embedded'
  readonly N: number
  readonly wallSeconds: number
  readonly cpuSecondsMeasured: number
  readonly eventsPerSecond: number
  readonly eventsPerCpuSecond: number
  readonly commits: number
  readonly windows: number
  readonly recommendations: number
  readonly calibration: readonly number[]
  readonly ok: boolean
}

interface Measured
  extends Pick<FlagshipResult, 'wallSeconds' | 'cpuSecondsMeasured' | 'commits' | 'calibration'> {
  readonly counts: Counts
}

interface Fed {
  readonly records: number
  readonly purchases: number
  readonly broken: number
}

const perSecond = 20_000
const startMs = Date.UTC(2026, 0, 1)

/** The whole flagship on embedded parts, over events that are there before it begins. */
export async function runEmbedded(events: number): Promise<FlagshipResult> {
  const dir = mkdtempSync(join(tmpdir(), 'headrace-bench-flagship-'))
  try {
    await ensureModels(join(dir, 'models'), () => {})
    const fed = await feed(dir, events)
    const { counts, ...measured } = run(dir)
    const { wallSeconds, cpuSecondsMeasured } = measured
    return {
      ...{ suite: 'flagship', way: 'embedded', N: events },
      ...measured,
      eventsPerSecond: Math.round(events / wallSeconds),
      eventsPerCpuSecond: Math.round(events / cpuSecondsMeasured),
      windows: counts.steps['per-user'].out,
      recommendations: counts.steps['recommendations-out'].out,
      ok: isWhole(counts, fed),
    }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

async function feed(dir: string, events: number): Promise<Fed> {
  const options = { partitions: PARTITIONS, fsync: 'never', segmentBytes: 256 << 20 } as const
  const place = new LogPlace({ ...options, dataDir: dir } as Deployment)
  for (const { name } of [clicks, purchases]) await place.createTopic(name, PARTITIONS)
  const generator = new ShopGenerator({ seed: 5, startMs, perSecond })
  const shop = await ShopFeed.open(generator, place)
  await shop.append(events)
  await shop.close()
  await place.close()
  const again = new ShopGenerator({ seed: 5, startMs, perSecond }).next(events)
  return { records: events, purchases: again.purchases.length, broken: again.broken.length }
}

function run(dir: string): Measured {
  const script = fileURLToPath(new URL('engine-main.ts', import.meta.url))
  const { stdout } = spawnSync(process.execPath, [...process.execArgv, script, dir, join(dir, 'models')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  })
  return JSON.parse(stdout) as Measured
}

/** Every record is accounted for, and every purchase has brought a recommendation. */
function isWhole({ inputs, steps }: Counts, fed: Fed): boolean {
  const { clicks: clicked, purchases: bought } = inputs
  return (
    clicked.read + bought.read === fed.records &&
    clicked.rejected === fed.broken &&
    bought.read === fed.purchases &&
    steps['recommendations-out'].out === fed.purchases &&
    steps['per-user'].out === steps.anomaly.out &&
    steps['shop-activity-out'].out > 0
  )
}
