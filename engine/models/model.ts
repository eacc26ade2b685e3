import type { Field, Fields, RowOf } from '../batch/schema.ts'
import { HeadraceError } from '../errors.ts'

export interface ModelOptions<I extends Fields, O extends Fields> {
  readonly description?: string
  /** What it is given, by feature name. */
  readonly inputs: I
  /** What it answers. */
  readonly outputs: O
}

/** A model as a job names it: the deployment says where its versions are, and which of them serves. */
export interface Model<I extends Fields = Fields, O extends Fields = Fields> {
  readonly name: string
  readonly description: string | null
  readonly inputs: I
  readonly outputs: O
  /** Tells it from views and series. */
  readonly $model: true
}

/** What a model is given for one row. */
export type ModelInput<M> = M extends Model<infer I, Fields> ? RowOf<I> : never

/** What a model answers for one row. */
export type ModelOutput<M> = M extends Model<Fields, infer O> ? RowOf<O> : never

const inputKinds = ['boolean', 'int', 'long', 'float', 'double', 'string', 'vector']
const outputKinds = ['int', 'long', 'float', 'double', 'string', 'vector']

export function model<I extends Fields, O extends Fields>(
  name: string,
  options: ModelOptions<I, O>,
): Model<I, O> {
  const { description = null, inputs, outputs } = options
  const wrong = (message: string) => new HeadraceError('HR_CONFIG_INVALID', `model "${name}": ${message}`)
  if (!/^[a-zA-Z0-9._-]{1,100}$/.test(name)) throw wrong('a name is 1 to 100 of a-z A-Z 0-9 . _ -')
  const check = (what: string, fields: Fields, kinds: readonly string[]) => {
    if (Object.keys(fields).length === 0) throw wrong(`it has no ${what}s`)
    for (const [field, { kind }] of Object.entries<Field>(fields)) {
      if (kinds.includes(kind)) continue
      throw wrong(`the ${what} "${field}" is of kind ${kind}; allowed: ${kinds.join(', ')}`)
    }
  }
  check('input', inputs, inputKinds)
  check('output', outputs, outputKinds)
  return { name, description, inputs, outputs, $model: true }
}

export function isModel(value: unknown): value is Model {
  return typeof value === 'object' && value !== null && '$model' in value
}
