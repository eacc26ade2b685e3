import type { Schema } from '../../engine/batch/schema.ts'
import { makeSchema } from '../../engine/batch/schema.ts'
import { HeadraceError } from '../../engine/errors.ts'

/** Columns of the right side, as they are or under new names. */
export type Columns<R> = readonly (keyof R & string)[] | Readonly<Record<string, keyof R & string>>

/** The key's columns on the right side. */
type KeyOf<B> = B extends { readonly table: infer N } | { readonly right: infer N }
  ? N
  : B extends readonly (infer N)[]
    ? N
    : B

/** What rows get of the right side. */
export type Taken<R, B, X> = X extends readonly (infer N)[]
  ? { readonly [K in N & keyof R]: R[K] }
  : X extends Readonly<Record<string, keyof R>>
    ? { readonly [K in keyof X]: R[X[K]] }
    : { readonly [K in Exclude<keyof R, KeyOf<B>>]: R[K] }

type Together<L, A, Y> = {
  readonly [K in keyof L | keyof A]: K extends keyof L
    ? L[K]
    : K extends keyof A
      ? A[K] | (Y extends 'left' ? null : never)
      : never
}

/** A row of the left side with columns of the right one beside its own. */
export type Joined<L, R, B, X, Y> = Together<L, Taken<R, B, X>, Y>

type Pair = readonly [name: string, from: string]

/** Pairs of the result's name and the right side's: all columns but the key where nothing is said. */
export function columnsToTake(
  step: string,
  left: Schema,
  right: Schema,
  key: readonly string[],
  take: readonly string[] | Readonly<Record<string, string>> | undefined,
): Pair[] {
  const columns = take ?? right.names.filter(name => !key.includes(name))
  const taken = Array.isArray(columns)
    ? columns.map((name: string): Pair => [name, name])
    : Object.entries(columns as Readonly<Record<string, string>>)
  for (const [name, from] of taken) {
    if (!right.names.includes(from)) {
      const message = `take names "${from}": there are ${right.names.join(', ')}`
      throw new HeadraceError('HR_COLUMN_UNKNOWN', message, { step })
    }
    if (left.names.includes(name)) {
      const message = `both sides have a column "${name}": take the second one's under another name`
      throw new HeadraceError('HR_CONFIG_INVALID', message, { step })
    }
  }
  return taken
}

export function resultSchema(left: Schema, right: Schema, taken: readonly Pair[], optional: boolean): Schema {
  const added = taken.map(([name, from]) => {
    const field = right.fields[from]
    return [name, optional ? { ...field, nullable: true } : field]
  })
  return makeSchema(left.name, { ...left.fields, ...Object.fromEntries(added) })
}
