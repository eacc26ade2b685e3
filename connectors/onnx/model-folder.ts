import type { FileHandle } from 'node:fs/promises'
import { open, readdir } from 'node:fs/promises'
import path from 'node:path'
import { HeadraceError, messageOf } from '../../engine/errors.ts'
import { diskFiles, replaceFile, systemCode } from '../../engine/files/files.ts'
import { limits } from '../../engine/limits.ts'
import type { Serving } from '../../engine/models/model-home.ts'
import { JsonReader } from './json-reader.ts'
import type { ModelCard } from './model-card.ts'
import { parseCard } from './model-card.ts'

const cardFile = 'model.json'
const onnxFile = 'model.onnx'
const servingFile = 'serving.json'

/** A directory of models, each with its versions and the word which of them serves. */
export class ModelFolder {
  readonly dir: string

  constructor(dir: string) {
    this.dir = dir
  }

  /** The names of all models. */
  async models(): Promise<string[]> {
    const found: string[] = []
    for (const name of await directories(this.dir)) {
      const versions = await this.versions(name)
      if (versions.length > 0) found.push(name)
    }
    return found.sort()
  }

  /** The versions of a model, in order. */
  async versions(name: string): Promise<number[]> {
    const names = await directories(this.pathOf(name))
    return names
      .filter(version => /^[1-9]\d{0,14}$/.test(version))
      .map(Number)
      .sort((a, b) => a - b)
  }

  async card(name: string, version: number): Promise<ModelCard> {
    const file = path.join(this.pathOf(name), String(version), cardFile)
    const found = await readSmall(file)
    if (found === undefined) throw await this.noCard(name, version, file)
    const card = parseCard(found.text, file)
    if (card.name === name && card.version === version) return card
    const message = `it is of version ${card.version} of "${card.name}", and lies where version ${version} of "${name}" belongs`
    throw new HeadraceError('HR_MODEL_CARD', message, { file })
  }

  /** The file with the model itself. */
  onnxPath(name: string, version: number): string {
    return path.join(this.pathOf(name), String(version), onnxFile)
  }

  async serving(name: string): Promise<Serving> {
    const serving = await this.servingOrNone(name)
    if (serving !== undefined) return serving
    const versions = await this.versions(name)
    if (versions.length === 0) throw await this.unknown(name)
    const message = `none of the versions of model "${name}" serves: there are ${versions.join(', ')}`
    throw new HeadraceError('HR_MODEL_UNKNOWN', message, { file: path.join(this.pathOf(name), servingFile) })
  }

  /** Undefined where nobody has said yet which version serves. */
  async servingOrNone(name: string): Promise<Serving | undefined> {
    const file = path.join(this.pathOf(name), servingFile)
    const found = await readSmall(file)
    return found && { ...servingOf(found.text, file), revision: found.revision }
  }

  /** Lets a version serve. A shadow stays, unless it is the one that serves now. */
  async promote(name: string, version: number): Promise<Serving> {
    const shadow = (await this.servingOrNone(name))?.shadow ?? null
    return this.setServing(name, { version, shadow: shadow === version ? null : shadow })
  }

  /** Lets a version score beside the serving one; null for none. */
  async setShadow(name: string, shadow: number | null): Promise<Serving> {
    const { version } = await this.serving(name)
    if (shadow === version) {
      throw new HeadraceError('HR_CONFIG_INVALID', `version ${version} of model "${name}" serves itself`)
    }
    return this.setServing(name, { version, shadow })
  }

  /** Replaces the word which versions are at work, all at once. */
  async setServing(name: string, serving: Serving): Promise<Serving> {
    await this.card(name, serving.version)
    if (serving.shadow !== null) await this.card(name, serving.shadow)
    const file = path.join(this.pathOf(name), servingFile)
    try {
      replaceFile(diskFiles, file, new TextEncoder().encode(`${JSON.stringify(serving)}\n`))
    } catch (error) {
      throw fileError(error, file)
    }
    return serving
  }

  private pathOf(name: string): string {
    if (/^[a-zA-Z0-9._-]{1,100}$/.test(name) && !/^\.+$/.test(name)) return path.join(this.dir, name)
    throw new HeadraceError('HR_MODEL_UNKNOWN', `"${name}" is no name of a model`)
  }

  private async noCard(name: string, version: number, file: string): Promise<HeadraceError> {
    const versions = await this.versions(name)
    if (versions.length === 0) return this.unknown(name)
    if (versions.includes(version)) return new HeadraceError('HR_MODEL_CARD', 'it is missing', { file })
    const message = `model "${name}" has no version ${version}: there are ${versions.join(', ')}`
    return new HeadraceError('HR_MODEL_UNKNOWN', message, { file: this.dir })
  }

  private async unknown(name: string): Promise<HeadraceError> {
    const names = await this.models()
    const known = names.length === 0 ? 'there are none' : `there are ${names.join(', ')}`
    return new HeadraceError('HR_MODEL_UNKNOWN', `there is no model "${name}": ${known}`, { file: this.dir })
  }
}

function servingOf(text: string, file: string): Serving {
  const reader = JsonReader.parse(text, file, 'HR_MODEL_CARD')
  reader.only('version', 'shadow')
  const hasShadow = reader.has('shadow') && reader.plain.shadow !== null
  return { version: reader.whole('version', 1), shadow: hasShadow ? reader.whole('shadow', 1) : null }
}

async function directories(dir: string): Promise<string[]> {
  try {
    const entries = await readdir(dir, { withFileTypes: true })
    return entries.filter(entry => entry.isDirectory() || entry.isSymbolicLink()).map(({ name }) => name)
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return []
    throw fileError(error, dir)
  }
}

/** Its text, and what tells it from the one that was in its place before; undefined if it is not there. */
async function readSmall(file: string): Promise<{ text: string; revision: string } | undefined> {
  let handle: FileHandle | undefined
  try {
    handle = await open(file, 'r')
    const { mtimeNs, ino, size } = await handle.stat({ bigint: true })
    if (size > limits.modelCardBytes) throw tooLong(file, Number(size))
    return { text: await handle.readFile('utf8'), revision: `${ino}-${mtimeNs}` }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw fileError(error, file)
  } finally {
    await handle?.close()
  }
}

function tooLong(file: string, bytes: number): HeadraceError {
  const message = `it has ${bytes} bytes: allowed are ${limits.modelCardBytes}`
  return new HeadraceError('HR_MODEL_CARD', message, { file })
}

function fileError(error: unknown, file: string): HeadraceError {
  if (error instanceof HeadraceError) return error
  return new HeadraceError('HR_MODEL_CARD', messageOf(error), { file, cause: error })
}
