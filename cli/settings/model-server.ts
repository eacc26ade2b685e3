import { defaultScorerOptions } from '../../engine/models/scorer-options.ts'
import type { ServingOptions } from '../../server/models/served-model.ts'
import type { ValueOf } from './setting.ts'
import { duration, whole } from './setting.ts'

/** How `headrace serve models` scores. It stands in the configuration as `modelServer: { batchWait, timeout, ... }`. */
export const modelServerSettings = {
  'modelServer.batchWait': duration(
    {
      about: 'how long a request waits, at most, for others to be scored with, while the model is in use',
      env: 'HEADRACE_MODEL_SERVER_BATCH_WAIT',
      flag: 'batch-wait',
    },
    2,
  ),
  'modelServer.batchRows': whole(1, 4096, undefined, {
    about: 'rows that are scored together at most; without it, as many as cost the model least',
    env: 'HEADRACE_MODEL_SERVER_BATCH_ROWS',
    flag: 'batch-rows',
  }),
  'modelServer.timeout': duration(
    {
      about: 'how long a run of a model may take before it counts as failed',
      env: 'HEADRACE_MODEL_SERVER_TIMEOUT',
    },
    defaultScorerOptions.timeoutMs,
  ),
  'modelServer.breakerFailures': whole(1, 1000, defaultScorerOptions.breaker.failures, {
    about: 'runs that fail one after the other before a model is left alone for a while',
    env: 'HEADRACE_MODEL_SERVER_BREAKER_FAILURES',
  }),
  'modelServer.breakerRetryAfter': duration(
    {
      about: 'how long it is then left alone',
      env: 'HEADRACE_MODEL_SERVER_BREAKER_RETRY_AFTER',
    },
    defaultScorerOptions.breaker.retryAfterMs,
  ),
  'modelServer.cacheEntries': whole(1, 10_000_000, undefined, {
    about: 'answers of a model that are remembered, for inputs that come again; without it, none',
    env: 'HEADRACE_MODEL_SERVER_CACHE_ENTRIES',
  }),
  'modelServer.cacheTtl': duration(
    {
      about: 'for how long',
      env: 'HEADRACE_MODEL_SERVER_CACHE_TTL',
    },
    60_000,
  ),
} as const

export type ModelServerValues = {
  readonly [K in keyof typeof modelServerSettings]: ValueOf<(typeof modelServerSettings)[K]>
}

export function modelServerOptionsOf(values: ModelServerValues): ServingOptions {
  const entries = values['modelServer.cacheEntries']
  return {
    batchWaitMs: values['modelServer.batchWait'],
    batchRows: values['modelServer.batchRows'],
    scoring: {
      ...defaultScorerOptions,
      timeoutMs: values['modelServer.timeout'],
      breaker: {
        failures: values['modelServer.breakerFailures'],
        retryAfterMs: values['modelServer.breakerRetryAfter'],
      },
      cache: entries === undefined ? null : { entries, ttlMs: values['modelServer.cacheTtl'] },
    },
  }
}
