import type { OnnxModels } from '../../connectors/onnx/home.ts'
import { isHeadraceError } from '../../engine/errors.ts'
import type { Command } from '../command.ts'
import { jsonLine, print } from '../io.ts'
import { tableLines } from '../table.ts'
import { inModelOptions, withModels } from '../with-models.ts'

interface Row {
  readonly model: string
  readonly version: number
  readonly role: 'serving' | 'shadow' | null
  readonly createdAt: string | null
  readonly description: string | null
  /** The code of what is wrong with its model.json. */
  readonly fault: string | null
}

export const modelsList: Command = {
  name: 'models ls',
  summary: 'list the models, with their versions',
  operands: [],
  options: { ...inModelOptions, json: { help: 'print JSON lines, one a version' } },
  examples: ['headrace models ls', 'headrace models ls --models /srv/models --json'],
  run: async (flags, io) =>
    withModels(flags, io, async models => {
      const rows: Row[] = []
      for (const name of await models.folder.models()) rows.push(...(await versionsOf(models, name)))
      if (flags.on('json')) print(io, ...rows.map(jsonLine))
      else if (rows.length === 0) print(io, `no models in ${models.folder.dir}`)
      else print(io, ...tableOf(rows))
      return undefined
    }),
}

async function versionsOf({ folder }: OnnxModels, model: string): Promise<Row[]> {
  const serving = await folder.servingOrNone(model)
  const versions = await folder.versions(model)
  return Promise.all(
    versions.map(async version => {
      const role = version === serving?.version ? 'serving' : version === serving?.shadow ? 'shadow' : null
      try {
        const { createdAt, description = null } = await folder.card(model, version)
        return { model, version, role, createdAt, description, fault: null }
      } catch (error) {
        if (!isHeadraceError(error)) throw error
        return { model, version, role, createdAt: null, description: null, fault: error.code }
      }
    }),
  )
}

function tableOf(rows: readonly Row[]): string[] {
  const cells = rows.map(({ model, version, role, createdAt, description, fault }) => [
    model,
    String(version),
    role ?? '',
    createdAt ?? '',
    fault ?? description ?? '',
  ])
  return tableLines(['model', 'version', '', 'created', 'description'], cells, ['version'])
}
