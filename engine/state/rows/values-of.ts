import { layoutOf } from '../../batch/columns.ts'
import type { Field } from '../../batch/schema.ts'
import { BytesHeap } from './bytes-heap.ts'
import { EncodedValues } from './encoded-values.ts'
import { bigints, bools, FixedValues, floats, ints, numbers } from './fixed-values.ts'
import type { KeptValues } from './kept-values.ts'

/** Room for the values of one column. */
export function keptValues(field: Field): KeptValues {
  switch (layoutOf(field)) {
    case 'number':
      return new FixedValues(numbers, 1)
    case 'int':
      return new FixedValues(ints, 1)
    case 'bool':
      return new FixedValues(bools, 1)
    case 'float':
      return new FixedValues(floats, 1)
    case 'bigint':
      return new FixedValues(bigints, 1)
    case 'vector':
      return new FixedValues(floats, field.size as number)
    case 'bytes':
      return new BytesHeap()
    case 'array':
    case 'record':
      return new EncodedValues(field)
  }
}
