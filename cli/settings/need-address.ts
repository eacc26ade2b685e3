import { HeadraceError } from '../../engine/errors.ts'
import type { Setting } from './setting.ts'

/** Whether one of the addresses is given. If none is, nothing else about the system may be. */
export function needAddress<K extends string>(
  settings: Readonly<Record<K, Setting<unknown>>>,
  values: Readonly<Record<K, unknown>>,
  addresses: readonly K[],
): boolean {
  if (addresses.some(key => values[key] !== undefined)) return true
  const lone = (Object.keys(settings) as K[]).find(key => values[key] !== undefined)
  if (lone === undefined) return false
  const named = (key: K) => `${key} (${settings[key].env})`
  const message = `${named(lone)} is given, but ${addresses.map(named).join(' or ')} is not`
  throw new HeadraceError('HR_CONFIG_INVALID', message)
}
