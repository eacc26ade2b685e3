/** A row somewhere in a job. */
export interface SeenRow {
  readonly row: Readonly<Record<string, unknown>>
  /** Its event time. */
  readonly time: number
}

/** A record of a source topic. */
export interface InputRecord extends SeenRow {
  readonly source: string
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** The record's own timestamp. */
  readonly timestamp: number
}

/** Where a row comes from: a record that was read, or a row that a step or an earlier stage has computed. */
export type Origin =
  | { readonly from: 'record'; readonly record: InputRecord }
  | { readonly from: 'step'; readonly step: string; readonly computed: SeenRow }
  | { readonly from: 'stage'; readonly repartition: string; readonly computed: SeenRow }

/** What a step did with a row that would belong to what is explained. */
export type Fate = 'taken' | 'late' | 'missed' | 'rejected' | 'dropped'

export const fates: readonly Fate[] = ['taken', 'late', 'missed', 'rejected', 'dropped']

/** A row at the input of what is explained, or that fell out before it. */
export interface TracedRow extends SeenRow {
  readonly fate: Fate
  /** Where it was decided. */
  readonly step: string
  /** The task that saw it: its stage and partition. */
  readonly task: string
  readonly origin: Origin
}

/** A step that rows came through unchanged but for their columns. */
export interface Passage {
  readonly step: string
  readonly kind: string
  /** Of the rows concerned, as far as they can be told there. */
  readonly took: number
  readonly gave: number
  /** One row as it left the step, where there is one alone. */
  readonly row: SeenRow | null
}

export interface Untold {
  readonly fate: Fate
  readonly step: string
  readonly count: number
}

/** One step back: what computed or wrote some rows, and the rows that it made them of. */
export interface Segment {
  /** The sink, the step that computed the rows, or what wrote them for a later stage. */
  readonly step: string
  readonly kind: string
  /** What is explained here. */
  readonly explained: readonly SeenRow[]
  /** Rows that went into it, or would have. */
  readonly rows: readonly TracedRow[]
  /** How many there are of each fate, those included that are too many to be kept. */
  readonly counts: Readonly<Record<Fate, number>>
  /** Those that are too many to be kept, by where their fate was decided. */
  readonly untold: readonly Untold[]
  /** Whether just the rows taken made it; else rows among them did. */
  readonly exact: boolean
  /** Rows that another pass did not make in the same way, and that are not followed further. */
  readonly lost: number
  /** Steps between it and where those rows come from, the first one first. */
  readonly passages: readonly Passage[]
}

/** Why there is no such row, as far as can be known. */
export interface Absence {
  /** Rows of the key that the topic has got in the stretch, whatever their window, and the nearest of them. */
  readonly ofKey: number
  readonly nearest: readonly SeenRow[]
  /** The rows that a step has computed for it, and what became of them. */
  readonly lost: readonly { readonly step: string; readonly at: string; readonly computed: SeenRow }[]
  /** How far event time has come in the task, and when the window ends, where it is not over. */
  readonly open: { readonly reached: number; readonly ends: number } | null
  /** Steps that know nothing of the key, so that nothing can be said of them. */
  readonly unknown: readonly string[]
}

export interface Explanation {
  readonly job: string
  readonly topic: string
  /** The row that is explained: the last of those that fit. */
  readonly row: SeenRow | null
  /** Columns in which the row is not what was written, where that is known. */
  readonly differs: readonly string[]
  /** How many rows fit, and the last of them, this one included. */
  readonly matches: number
  readonly others: readonly SeenRow[]
  /** From the sink back to the inputs. */
  readonly segments: readonly Segment[]
  readonly absence: Absence | null
  /** Records that were read and that nobody could decode or date, by source: whose they were, nobody knows. */
  readonly unreadable: Readonly<Record<string, number>>
  /** The records that made the row, in the order of their topics, and those that would have. */
  readonly records: readonly InputFate[]
}

export interface InputFate extends InputRecord {
  readonly fate: Fate
  /** Where that was decided. */
  readonly step: string
  /** Of several records that may be behind the row, one. */
  readonly isMaybe: boolean
}
