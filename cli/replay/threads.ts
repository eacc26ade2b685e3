import { availableParallelism } from 'node:os'
import { pathToFileURL } from 'node:url'
import type { Manifest } from '../../backtest/manifest.ts'
import { recordsIn } from '../../backtest/manifest.ts'
import type { ThreadOptions, ThreadPart } from '../../backtest/replay.ts'
import type { KafkaHomeOptions } from '../../connectors/kafka/config.ts'
import type { LogHomeOptions } from '../../connectors/log/config.ts'
import type { Deployment } from '../config.ts'
import { homeOptions } from '../home.ts'

/** Of fewer records a thread is no sooner done than it has begun. */
const recordsWorthThreads = 500_000

/** What a replay may be spread over threads by. */
export interface ThreadRequest {
  /** How many are asked for; without it, as many as are worth it. */
  readonly workers: number | undefined
  /** The job's file: threads load it too. */
  readonly path: string
  /** Where the history is. */
  readonly history: Deployment
}

/** What a thread is to open. Plain data. */
export interface ThreadPlaces {
  readonly history: { readonly log: LogHomeOptions } | { readonly kafka: KafkaHomeOptions }
  readonly results: LogHomeOptions
  readonly part: ThreadPart
}

/** Undefined for one thread, which is this one. */
export function threadsOf(
  { workers, path, history }: ThreadRequest,
  manifest: Manifest,
  results: LogHomeOptions,
  notify: (text: string) => void,
): ThreadOptions | undefined {
  const count = Math.min(workers ?? worthwhile(manifest), partitionsIn(manifest))
  if (count <= 1) return undefined
  const { kafka } = history
  const places = { history: kafka === undefined ? { log: homeOptions(history) } : { kafka }, results }
  // No import, so that the compiler leaves the extension as it is.
  const file = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js'
  return {
    ...{ count, notify },
    jobModule: { module: pathToFileURL(path).href },
    entry: part => ({
      module: new URL(file, import.meta.url),
      homeOptions: { ...places, part } satisfies ThreadPlaces,
    }),
  }
}

function worthwhile(manifest: Manifest): number {
  return recordsIn(manifest) < recordsWorthThreads ? 1 : availableParallelism()
}

function partitionsIn({ stretches }: Manifest): number {
  return Math.max(1, ...Object.values(stretches).map(({ length }) => length))
}
