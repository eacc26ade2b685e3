import type { Field } from '../../batch/schema.ts'

/**
 * How to read a writer's bytes into a reader's columns, in the order of the bytes. `field` is the column's
 * type, or null for what only the writer has: it is checked and skipped.
 */
export type Plan =
  | ReadPlan
  | NullPlan
  | FixedPlan
  | DecimalPlan
  | EnumPlan
  | VectorPlan
  | ListPlan
  | RecordPlan
  | UnionPlan
  | MismatchPlan

interface Common {
  readonly field: Field | null
  /** For messages. */
  readonly path: string
}

export interface ReadPlan extends Common {
  readonly op: 'read'
  readonly wire: 'boolean' | 'int' | 'long' | 'float' | 'double' | 'bytes'
  /** What the number is divided by and rounded down; 1 for nearly all. */
  readonly divisor: number
}
export interface NullPlan extends Common {
  readonly op: 'null'
}
export interface FixedPlan extends Common {
  readonly op: 'fixed'
  readonly size: number
}
export interface DecimalPlan extends Common {
  readonly op: 'decimal'
  readonly field: Field
  /** Bytes of a fixed; null where a length comes first. */
  readonly size: number | null
}
export interface EnumPlan extends Common {
  readonly op: 'enum'
  /** The reader's code for each of the writer's, -1 where it has none; null if all are the same. */
  readonly codes: readonly number[] | null
  readonly symbols: readonly string[]
}
export interface VectorPlan extends Common {
  readonly op: 'vector'
  readonly size: number
  readonly item: ReadPlan
}
/** An array, or a map, which is always skipped. */
export interface ListPlan extends Common {
  readonly op: 'list'
  readonly steps: readonly Plan[]
  /** Bytes that an item takes at least. */
  readonly itemBytes: number
}
export interface RecordPlan extends Common {
  readonly op: 'record'
  readonly steps: readonly RecordStep[]
  readonly missing: readonly MissingField[]
}
export interface RecordStep {
  readonly plan: Plan
  /** Index of the reader's field; -1 for none. */
  readonly target: number
}
/** A field that only the reader has, with the value that it gets. */
export interface MissingField {
  readonly target: number
  readonly field: Field
  readonly value: unknown
}
export interface UnionPlan extends Common {
  readonly op: 'union'
  readonly branches: readonly Plan[]
}
/** A branch of a union that the reader's type cannot hold: values of it are rejected. */
export interface MismatchPlan extends Common {
  readonly op: 'mismatch'
  readonly message: string
}
