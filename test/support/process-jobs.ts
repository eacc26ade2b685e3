import type { Job } from '../../engine/index.ts'
import { array, job, long, record, sink, source, string, timestamp, topic } from '../../engine/index.ts'
import type { ProcessContext } from '../../operators/index.ts'
import { process } from '../../operators/index.ts'

/** What a process step reads and writes in tests: two functions are then all that matters. */
export const lateness = 4
export const Click = record('Click', { at: timestamp(), user: string(), value: long() })
export type AnyClick = { at: number; user: string; value: number }
export const clicks = topic('clicks', Click, { time: 'at', lateness })
export const output = { user: string(), what: string(), time: timestamp(), n: long() }
export type AnyOut = { user: string; what: string; time: number; n: number }
export const out = topic('out', record('Out', output))

export const at = (...times: number[]): AnyClick[] => times.map(time => ({ at: time, user: 'ann', value: 1 }))

export type Context = ProcessContext<string, { n: number; list: readonly number[] }, AnyOut>

/** A process step of which only the functions matter. */
export const calling = (
  onRow: (row: AnyClick, context: Context) => void,
  onTimer?: (timer: { name: string; time: number }, context: Context) => void,
  { onError = 'fail', timeOfDay = false }: { onError?: 'fail' | 'reject'; timeOfDay?: boolean } = {},
): Job =>
  job(
    'calling',
    () => {
      const options = { by: 'user', state: { n: long(), list: array(long()) }, output, timeOfDay } as const
      const functions = onTimer === undefined ? { onRow } : { onRow, onTimer }
      source('clicks', clicks).pipe(process('calls', options, functions), sink('out', out))
    },
    { onError },
  )

export const report = (context: Context, what: string): void =>
  context.emit({ user: context.key, what, time: context.time, n: context.state.n })
