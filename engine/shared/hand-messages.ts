import type { limits } from '../limits.ts'
import type { Evolution } from '../recovery/task-state.ts'
import type { JobModule } from '../workers/job-module.ts'
import type { PostedError } from '../workers/posted-error.ts'
import type { ServiceModules } from '../workers/service-modules.ts'
import type { HandProgress } from './hand.ts'

/** What a thread begins with that is to be a hand. */
export interface HandStart {
  readonly job: JobModule
  readonly homeOptions: unknown
  readonly services: ServiceModules
  readonly limits: typeof limits
  readonly commitEveryMs: number
}

/** What a hand can be asked for; each is answered. */
export type HandRequest =
  | { readonly type: 'replan' }
  | { readonly type: 'assign'; readonly tasks: readonly string[]; readonly pass: unknown }
  | { readonly type: 'quiet' }
  | { readonly type: 'close' }

export type ToHand = HandRequest & { readonly id: number }

export type FromHand =
  | { readonly type: 'answer'; readonly id: number; readonly value: number | null }
  | { readonly type: 'refusal'; readonly id: number; readonly error: PostedError }
  | { readonly type: 'progress'; readonly progress: HandProgress }
  | { readonly type: 'fenced'; readonly task: string; readonly commits: number; readonly error: PostedError }
  | { readonly type: 'failed'; readonly error: PostedError }
  | { readonly type: 'evolved'; readonly changes: readonly Evolution[] }
  | { readonly type: 'notice'; readonly message: string }
