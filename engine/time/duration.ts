import { HeadraceError } from '../errors.ts'

/** Milliseconds, or a number with a unit: '250ms', '10s', '5m', '2h', '7d'. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`

export type DurationText = Extract<Duration, string>

const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

const pattern = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/

export function isDurationText(text: string): text is DurationText {
  return pattern.test(text)
}

/** A duration in milliseconds; `what` names the option in the error. */
export function durationMs(duration: Duration, what: string): number {
  if (typeof duration === 'number') {
    if (Number.isFinite(duration) && duration >= 0) return duration
  } else {
    const match = pattern.exec(duration)
    if (match) return Number(match[1]) * (units[match[2] as string] as number)
  }
  throw new HeadraceError(
    'HR_CONFIG_INVALID',
    `${what} is ${JSON.stringify(duration)}: a duration is milliseconds, or a number with a unit such as '250ms', '10s', '5m', '2h', '7d'`,
  )
}
