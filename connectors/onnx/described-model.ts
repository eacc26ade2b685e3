import type { InferenceSession } from 'onnxruntime-node'
import type { Field, Fields } from '../../engine/batch/schema.ts'
import { boolean, double, float, int, long, string, vector } from '../../engine/batch/schema.ts'
import type { Model } from '../../engine/models/model.ts'
import { model } from '../../engine/models/model.ts'
import type { ModelCard } from './model-card.ts'
import type { ElementType, TensorShape } from './tensor-shape.ts'
import { tensorShape } from './tensor-shape.ts'

const kinds: Readonly<Record<ElementType, () => Field>> = {
  float32: float,
  float64: double,
  int64: long,
  int32: int,
  bool: boolean,
  string,
}

/** The model that a job would name to use a version: its columns, and the types that fit its tensors best. */
export function describedModel(card: ModelCard, session: InferenceSession, file: string): Model {
  const inputs: Record<string, Field> = {}
  const outputs: Record<string, Field> = {}
  for (const input of card.inputs) {
    const shape = tensorShape(session.inputMetadata, input.tensor, 'input', file)
    if ('column' in input) inputs[input.column] = fieldOf(shape, card.parity?.inputs[input.column])
    else for (const column of input.columns) inputs[column] = double()
  }
  for (const { column, tensor } of card.outputs) {
    const shape = tensorShape(session.outputMetadata, tensor, 'output', file)
    outputs[column] = shape.type === 'bool' ? int() : fieldOf(shape, card.parity?.outputs[column])
  }
  const description = card.description === undefined ? {} : { description: card.description }
  return model<Fields, Fields>(card.name, { ...description, inputs, outputs })
}

/** Where the session does not know how long a vector is, an example may. */
function fieldOf({ shape, type }: TensorShape, examples: readonly unknown[] | undefined): Field {
  const [example] = examples ?? []
  const width = shape[1]
  const size = typeof width === 'number' ? width : Array.isArray(example) ? example.length : 1
  const isVector = Array.isArray(example) || (size > 1 && type !== 'string')
  return isVector ? vector(size) : kinds[type]()
}
