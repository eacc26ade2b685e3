import type { OperatorFunction } from 'rxjs'
import type { Batch } from '../engine/batch/batch.ts'
import { makeSchema } from '../engine/batch/schema.ts'
import { HeadraceError } from '../engine/errors.ts'
import { operator } from '../engine/graph/operator.ts'

/** Keeps the named columns, in that order. */
export function select<T, const N extends readonly (keyof T & string)[]>(
  ...names: N
): OperatorFunction<Batch<T>, Batch<Pick<T, N[number]>>>
/** Keeps columns under new names: `select({ user: 'user', start: 'windowStart' })`. */
export function select<T, const M extends Readonly<Record<string, keyof T & string>>>(
  columns: M,
): OperatorFunction<Batch<T>, Batch<{ readonly [K in keyof M]: T[M[K]] }>>
export function select<T>(
  ...columns: readonly string[] | readonly [Readonly<Record<string, string>>]
): OperatorFunction<Batch<T>, Batch<unknown>> {
  const [first] = columns
  const entries =
    typeof first === 'object'
      ? Object.entries(first)
      : (columns as string[]).map(name => [name, name] as const)
  return operator<T, unknown>({
    kind: 'select',
    id: null,
    start: ([input], context) => {
      const indexes = entries.map(([, from]) => input.names.indexOf(from))
      const unknown = entries.find((_, k) => indexes[k] === -1)
      if (unknown !== undefined || entries.length === 0) {
        const asked = unknown === undefined ? 'no column is selected' : `there is no column "${unknown[1]}"`
        const message = `${asked}: there are ${input.names.join(', ')}`
        throw new HeadraceError('HR_COLUMN_UNKNOWN', message, { step: context.id })
      }
      const fields = Object.fromEntries(entries.map(([name, from]) => [name, input.fields[from]]))
      const schema = makeSchema(input.name, fields)
      return {
        schema,
        push: batch => {
          context.emit(batch.withColumns(schema, { column: index => batch.column(indexes[index]) }))
        },
      }
    },
  })
}
