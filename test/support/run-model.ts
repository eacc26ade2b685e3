import assert from 'node:assert/strict'
import ort from 'onnxruntime-node'
import type { OnnxExport } from '../../connectors/onnx/write/index.ts'

type Tensors = Record<string, Float32Array | BigInt64Array>

/** A model in onnxruntime, which is given and gives tensors of the shapes that the export tells of. */
export class RunningModel {
  readonly #model: OnnxExport
  readonly #session: ort.InferenceSession

  private constructor(model: OnnxExport, session: ort.InferenceSession) {
    this.#model = model
    this.#session = session
  }

  static async start(model: OnnxExport): Promise<RunningModel> {
    const options = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 4 } as const
    return new RunningModel(model, await ort.InferenceSession.create(model.bytes, options))
  }

  async run(inputs: Tensors, rows: number): Promise<Tensors> {
    const sizes = (shape: readonly (number | string)[]) =>
      shape.map(size => (typeof size === 'number' ? size : rows))
    const { inputs: given, outputs } = this.#model
    const feeds = given.map(({ tensor, type, shape }) => [
      tensor,
      new ort.Tensor(type, inputs[tensor]!, sizes(shape)),
    ])
    const results = await this.#session.run(Object.fromEntries(feeds))
    const found = outputs.map(({ tensor, type, shape }) => {
      const result = results[tensor]!
      assert.equal(`${result.type}[${result.dims}]`, `${type}[${sizes(shape)}]`, tensor)
      return [tensor, result.data]
    })
    return Object.fromEntries(found)
  }

  async end(): Promise<void> {
    await this.#session.release()
  }
}
