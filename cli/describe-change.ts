import type { Evolution } from '../engine/recovery/task-state.ts'

/** What a changed job makes of the state that is stored. */
export function describeChange({ step, dropped, added }: Evolution): string {
  const parts = [
    dropped.length > 0 ? `drops ${dropped.join(', ')}` : '',
    added.length > 0 ? `starts empty: ${added.join(', ')}` : '',
  ]
  return `step ${step} has changed: ${parts.filter(part => part !== '').join('; ')}`
}
