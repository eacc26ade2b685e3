import type { Field, Schema } from '../../engine/batch/schema.ts'
import { signature } from '../../engine/batch/schema.ts'
import { HeadraceError } from '../../engine/errors.ts'
import { KeySpace } from '../../engine/state/keys/key-space.ts'

const numbers = ['int', 'long', 'timestamp', 'double']

/** The keys of both sides of a join, which have to be comparable. */
export function joinKeys(
  step: string,
  schemas: readonly Schema[],
  left: string | readonly string[],
  right: string | readonly string[],
): { left: KeySpace; right: KeySpace } {
  const spaces = { left: new KeySpace(schemas[0], left, step), right: new KeySpace(schemas[1], right, step) }
  const single = spaces.left.fields.length === 1
  const same = (a: Field, b: Field | undefined) =>
    b !== undefined &&
    (signature(a) === signature(b) || (single && numbers.includes(a.kind) && numbers.includes(b.kind)))
  const { left: a, right: b } = spaces
  if (a.fields.length === b.fields.length && a.fields.every((field, k) => same(field, b.fields[k])))
    return spaces
  const message = `the key ${a.names.join()} is ${a.signature} on one side, and ${b.names.join()} is ${b.signature} on the other`
  throw new HeadraceError('HR_CONFIG_INVALID', message, { step })
}
