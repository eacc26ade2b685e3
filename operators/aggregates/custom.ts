import type { Field } from '../../engine/batch/schema.ts'
import { HeadraceError, messageOf } from '../../engine/errors.ts'
import type { Aggregate, ObjectFold } from './aggregate.ts'
import { loadValue, saveValue } from './saved-value.ts'

/** An aggregate of one's own. `V` is what it takes of each row, `S` its state, `R` its result. */
export interface AggregateDefinition<T, V, S, R> {
  /** Change it when the meaning of the state changes: state stored under another name is not read. */
  readonly name: string
  /** What is added of a row; a row where it is null is left out. */
  readonly of: (row: T) => V
  readonly init: () => S
  /** Adds a value and gives the state: the same, changed, or another. */
  readonly add: (state: S, value: NonNullable<V>) => S
  /** Adds another state, of later rows, which it must neither change nor keep. */
  readonly merge: (state: S, other: S) => S
  readonly result: (state: S) => R
  /** The type of the result column. */
  readonly field: Field<R>
  /** The state as JSON can hold it, and back; not needed where it consists of plain values, arrays and objects. */
  readonly save?: (state: S) => unknown
  readonly load?: (saved: unknown) => S
}

/** Makes an aggregate. `of` may throw like any lambda; if one of the others throws the job fails. */
export function aggregate<T, V, S, R>(definition: AggregateDefinition<T, V, S, R>): Aggregate<T, R> {
  const { name, of, field } = definition
  if (!/^[\w.-]+$/.test(name)) {
    throw new HeadraceError(
      'HR_CONFIG_INVALID',
      `"${name}" cannot be an aggregate's name: letters, digits, _ . -`,
    )
  }
  const fold = foldOf(definition)
  return { bind: () => ({ name: `custom ${name}`, inputs: [{ kind: 'value', of }], fold, field }) }
}

function foldOf<T, V, S, R>(definition: AggregateDefinition<T, V, S, R>): ObjectFold<S, R> {
  const {
    name,
    init,
    add,
    merge,
    result,
    save = saveValue,
    load = loadValue as (saved: unknown) => S,
  } = definition
  const guard = <A>(part: string, call: () => A): A => {
    try {
      return call()
    } catch (cause) {
      throw failure(name, part, cause)
    }
  }
  return {
    kind: 'object',
    init: () => guard('init', init),
    // Without `guard`, as it runs once a row.
    add: (state, value: NonNullable<V>) => {
      try {
        return add(state, value)
      } catch (cause) {
        throw failure(name, 'add', cause)
      }
    },
    merge: (state, other) => guard('merge', () => merge(state, other)),
    result: state => guard('result', () => result(state)),
    save: state => guard('save', () => save(state)),
    load: saved => guard('load', () => load(saved)),
  }
}

function failure(name: string, part: string, cause: unknown): HeadraceError {
  return new HeadraceError('HR_LAMBDA_THREW', `${part} of the aggregate ${name} threw: ${messageOf(cause)}`, {
    cause,
  })
}
