import type { Duration } from '../../engine/index.ts'
import { param, withParameters } from '../../engine/index.ts'
import clickstream from '../../jobs/clickstream.ts'

/*
 * Compiled, never run: a parameter is of the type of its fallback.
 */
type Same<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false
declare function holds<_T extends true>(): void
declare function takes(duration: Duration): void
declare const text: string
declare const duration: Duration

const count = param('count', 5)
holds<Same<typeof count, number>>()
const share = param('share', 0.5, { min: 0, max: 1 })
holds<Same<typeof share, number>>()
const isOn = param('on', true)
holds<Same<typeof isOn, boolean>>()
const kind = param('kind', 'view')
holds<Same<typeof kind, string>>()
const fromOutside = param('text', text)
holds<Same<typeof fromOutside, string>>()
const lateness = param('lateness', '5s')
holds<Same<typeof lateness, `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`>>()
const either = param('either', duration)
holds<Same<typeof either, Duration>>()
const how = param('how', 'fast', { oneOf: ['fast', 'slow'] })
holds<Same<typeof how, 'fast' | 'slow'>>()
const step = param('step', 1, { oneOf: [1, 5, 10] })
holds<Same<typeof step, 1 | 5 | 10>>()

takes(lateness)
takes(count)
// @ts-expect-error a text is no duration
takes(kind)
// @ts-expect-error only numbers have bounds
param('kind', 'view', { min: 1 })
// @ts-expect-error there is nothing to fall back to
param('kind')
// @ts-expect-error an object is no value
param('kind', { a: 1 })

withParameters(clickstream, { lateness: '5s', severity: 'high', share: 0.5, on: true })
// @ts-expect-error a list is no value
withParameters(clickstream, { lateness: ['1s', '5s'] })
