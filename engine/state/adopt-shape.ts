import { HeadraceError } from '../errors.ts'
import type { StateShape } from '../step.ts'

/**
 * Compares the shape that state was stored with to what it is now: version, key and options have to be
 * equal, parts may come and go. A part that has become another one is dropped and begins anew.
 */
export function adoptShape(
  step: string,
  now: StateShape,
  stored: StateShape,
): { dropped: string[]; added: string[] } {
  const same = (['version', 'key', 'options'] as const).every(
    name => JSON.stringify(stored[name]) === JSON.stringify(now[name]),
  )
  if (!same) {
    const message = `its state is of ${describe(stored)}, now it is ${describe(now)}`
    throw new HeadraceError('HR_STATE_INCOMPATIBLE', message, { step })
  }
  const before = stored.parts ?? {}
  const after = now.parts ?? {}
  return {
    dropped: Object.keys(before).filter(name => before[name] !== after[name]),
    added: Object.keys(after).filter(name => before[name] !== after[name]),
  }
}

function describe({ version, key, options }: StateShape): string {
  return `version ${version}, key ${key}, ${JSON.stringify(options ?? {})}`
}
