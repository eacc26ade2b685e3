import { HeadraceError } from '../../engine/errors.ts'
import type { StateShape } from '../../engine/step.ts'

/** Compares stored rows with those of the job as it is now: columns may go, and nullable ones may come. */
export function adoptColumns(
  step: string,
  stored: StateShape,
  now: StateShape,
): { dropped: string[]; added: string[] } {
  const before = stored.parts ?? {}
  const parts = now.parts ?? {}
  const added = Object.keys(parts).filter(name => before[name] === undefined)
  const changed = Object.keys(parts).filter(name => name in before && before[name] !== parts[name])
  const required = added.filter(name => !parts[name].endsWith('?'))
  const options = (shape: StateShape) => JSON.stringify(shape.options ?? {})
  const why =
    stored.version !== now.version
      ? `it was stored in version ${stored.version}, now it is ${now.version}`
      : stored.key !== now.key
        ? `it was stored by ${stored.key}, and the key now is ${now.key}`
        : options(stored) !== options(now)
          ? `it was stored with ${options(stored)}, now it has ${options(now)}`
          : changed.length > 0
            ? `${changed.map(name => `${name} was ${before[name]} and is ${parts[name]}`).join(', ')}`
            : required.length > 0
              ? `stored rows have no ${required.join(', ')}, and it may not be null`
              : undefined
  if (why !== undefined) throw new HeadraceError('HR_STATE_INCOMPATIBLE', why, { step })
  return { dropped: Object.keys(before).filter(name => parts[name] === undefined), added }
}
