/** What a process function has to work with. Only valid until it returns. */
export interface ProcessContext<Key, State, Out> {
  /** The key of the row or timer: the value of the `by` column, or a record of them where there are several. */
  readonly key: Key
  /** Event time of the row, or the time for which the timer was set. */
  readonly time: number
  /** How far event time had got: a row whose time is before it came out of order by more than the lateness. */
  readonly watermark: number
  /** Time of day; needs the option `timeOfDay`. */
  readonly now: number
  /** The key's state: read and assign its fields. Replace arrays and records, never change them in place. */
  readonly state: State
  readonly timers: ProcessTimers
  /** Sends a row on, with the event time of the call. */
  readonly emit: (row: Out) => void
  /** Forgets the key: its state begins anew, its timers are deleted. */
  readonly clear: () => void
}

/** Timers of one key, told apart by name: setting one again moves it. */
export interface ProcessTimers {
  /** Calls `onTimer` once the watermark has reached an event time. */
  readonly at: (eventTime: number, name?: string) => void
  /** Calls `onTimer` after so many milliseconds of the time of day. */
  readonly after: (ms: number, name?: string) => void
  /** Calls `onTimer` at a time of day, in milliseconds since 1970. */
  readonly atClock: (time: number, name?: string) => void
  readonly delete: (name?: string) => void
}

export interface FiredTimer {
  readonly name: string
  readonly kind: 'event' | 'clock'
  /** The time for which it was set. */
  readonly time: number
}
