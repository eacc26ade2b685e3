import type { ModelCard } from '../../connectors/onnx/model-card.ts'
import { columnsOf } from '../../connectors/onnx/model-card.ts'
import type { Command } from '../command.ts'
import { jsonLine, print } from '../io.ts'
import { tableLines } from '../table.ts'
import { inModelOptions, withModels } from '../with-models.ts'

export const modelsShow: Command = {
  name: 'models show',
  summary: 'print what a version of a model says of itself: inputs, outputs, metrics, data',
  operands: ['<model>'],
  options: {
    ...inModelOptions,
    version: { value: 'N', help: 'this version, not the serving one' },
    json: { help: 'print its model.json as a line' },
  },
  examples: ['headrace models show anomaly', 'headrace models show anomaly --version 2 --json'],
  run: async (flags, io) =>
    withModels(flags, io, async ({ folder }) => {
      const [name] = flags.operands
      const version = flags.whole('version', 1) ?? (await folder.serving(name)).version
      const card = await folder.card(name, version)
      print(io, ...(flags.on('json') ? [jsonLine(card)] : linesOf(card)))
      return undefined
    }),
}

function linesOf(card: ModelCard): string[] {
  const { name, version, description, createdAt, sha256, inputs, outputs, parity } = card
  const examples = parity === undefined ? 0 : (Object.values(parity.inputs)[0]?.length ?? 0)
  const columns = [
    ...inputs.flatMap(input => columnsOf(input).map(column => ['input', column, input.tensor])),
    ...outputs.map(({ column, tensor }) => ['output', column, tensor]),
  ]
  return [
    `${name}, version ${version}, made ${createdAt}; ${examples} examples`,
    ...(description === undefined ? [] : [description]),
    `sha256 ${sha256}`,
    '',
    ...tableLines(['', 'column', 'tensor'], columns),
    ...sectionOf('metrics', card.metrics),
    ...sectionOf('data', card.data),
    ...sectionOf('parameters', card.parameters),
  ]
}

function sectionOf(title: string, values: Readonly<Record<string, unknown>> = {}): string[] {
  const rows = Object.entries(values).map(([name, value]) => [name, textOf(value)])
  return rows.length === 0 ? [] : ['', ...tableLines([title, ''], rows)]
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
