import type { CountedBy } from '../step.ts'

/** Where a job that is audited writes what it has counted, with the outputs of the same rows as one. */
export function auditTopic(job: string): string {
  return `${job}.audit`
}

/** The records that a task has read of one partition, from an offset up to another. */
export interface InputAudit {
  readonly id: string
  readonly topic: string
  readonly partition: number
  /** Whether an earlier stage of the job has written it. */
  readonly isBetween: boolean
  readonly from: number
  readonly until: number
  readonly read: number
  readonly passed: number
  readonly rejected: number
}

/** What a step or a sink has counted. */
export interface StepAudit {
  readonly id: string
  /** The operator's name; `sink` for what writes to topics and stores. */
  readonly kind: string
  readonly in: number
  readonly out: number
  readonly late: number
  readonly rejected: number
}

/** A window, a pane, or a stretch of event time, by its start: rows that came, that went into it, that were too late for it, and that were rejected. */
export type WindowCounts = readonly [
  start: number,
  read: number,
  used: number,
  late: number,
  rejected: number,
]

export interface WindowAudit extends CountedBy {
  readonly id: string
  readonly counts: readonly WindowCounts[]
}

/** What a task has counted since the entry before, of what has changed: sums of entries say all. */
export interface AuditEntry {
  readonly task: string
  readonly inputs: readonly InputAudit[]
  readonly steps: readonly StepAudit[]
  readonly windows: readonly WindowAudit[]
}
