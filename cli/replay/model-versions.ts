import { ModelFolder } from '../../connectors/onnx/model-folder.ts'
import type { Deployment } from '../config.ts'
import { usageError } from '../flags.ts'
import { modelOptions } from '../models.ts'

/** The versions that serve now, or those that are asked for: they are written down, so that they stay the same. */
export async function modelVersions(deployment: Deployment, asked = ''): Promise<Record<string, number>> {
  const folder = new ModelFolder(modelOptions(deployment).dir)
  const found: Record<string, number> = {}
  for (const name of await folder.models()) {
    const serving = await folder.servingOrNone(name)
    if (serving !== undefined) found[name] = serving.version
  }
  return { ...found, ...askedVersions(asked.split(',').filter(Boolean)) }
}

/** Versions by name, of pairs as anomaly=2. */
export function askedVersions(pairs: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    pairs.map(pair => {
      const [, name, version] = /^(.+)=([1-9]\d*)$/.exec(pair) ?? []
      if (name === undefined) throw usageError(`--model is "${pair}": a name and a version, as anomaly=2`)
      return [name, Number(version)]
    }),
  )
}
