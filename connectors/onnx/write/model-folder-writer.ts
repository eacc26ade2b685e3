import { createHash, randomUUID } from 'node:crypto'
import { mkdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { HeadraceError } from '../../../engine/errors.ts'
import { diskFiles, fileError, replaceFile, systemCode } from '../../../engine/files/files.ts'
import { limits } from '../../../engine/limits.ts'
import type { CardData, CardInput, ModelCard } from '../model-card.ts'
import { parseCard } from '../model-card.ts'
import { ModelFolder } from '../model-folder.ts'
import type { Examples } from './examples.ts'
import { answeredExamples } from './examples.ts'
import type { OnnxExport } from './graph-builder.ts'
import { unwritable } from './parameters.ts'

export interface ModelVersion {
  /** What jobs call the model. */
  readonly name: string
  /** Default: the one after the newest that is there. */
  readonly version?: number
  readonly description?: string
  readonly export: OnnxExport
  readonly columns: {
    /** By tensor: the columns that are packed into it side by side, or the one that is a tensor of its own. */
    readonly inputs: Readonly<Record<string, string | readonly string[]>>
    /** By tensor: the column that it becomes. Default: all of them, by their own names. */
    readonly outputs?: Readonly<Record<string, string>>
  }
  /** Rows that are scored now, and each time that the version is loaded: the answers have to be the same. */
  readonly parity?: Examples
  readonly metrics?: Readonly<Record<string, unknown>>
  /** Of the rows that the model was trained with. */
  readonly data?: CardData & Readonly<Record<string, unknown>>
  /** What it was trained with. */
  readonly parameters?: Readonly<Record<string, unknown>>
}

export interface WrittenVersion {
  readonly version: number
  /** `<dir>/<name>/<version>`. */
  readonly directory: string
}

const encoder = new TextEncoder()

/** Writes a version of a model, all at once or not at all. Which version serves stays as it is. */
export async function writeModelFolder(dir: string, model: ModelVersion): Promise<WrittenVersion> {
  const folder = new ModelFolder(dir)
  const version = model.version ?? ((await folder.versions(model.name)).at(-1) ?? 0) + 1
  const directory = path.dirname(folder.onnxPath(model.name, version))
  const { bytes } = model.export
  if (bytes.length > limits.modelBytes) {
    throw unwritable(`it takes ${bytes.length} bytes: modelBytes allows ${limits.modelBytes}`)
  }
  const text = await cardText(model, version, path.join(directory, 'model.json'))
  try {
    await putInPlace(directory, { 'model.onnx': bytes, 'model.json': encoder.encode(text) })
  } catch (error) {
    throw writeError(error, model.name, version, directory)
  }
  return { version, directory }
}

async function putInPlace(directory: string, files: Readonly<Record<string, Uint8Array>>): Promise<void> {
  const parent = path.dirname(directory)
  const fresh = path.join(parent, `.writing-${randomUUID()}`)
  await mkdir(fresh, { recursive: true })
  try {
    for (const [name, bytes] of Object.entries(files)) replaceFile(diskFiles, path.join(fresh, name), bytes)
    await rename(fresh, directory)
  } catch (error) {
    await rm(fresh, { recursive: true, force: true })
    throw error
  }
  diskFiles.syncDirectory(parent)
}

async function cardText(model: ModelVersion, version: number, file: string): Promise<string> {
  const { name, description, columns, parity, metrics, data, parameters } = model
  const card: ModelCard = {
    format: 1,
    name,
    version,
    ...(description !== undefined && { description }),
    sha256: createHash('sha256').update(model.export.bytes).digest('hex'),
    createdAt: new Date().toISOString(),
    inputs: Object.entries(columns.inputs).map(inputOf),
    outputs: outputsOf(model).map(([tensor, column]) => ({ column, tensor })),
    ...(metrics !== undefined && { metrics }),
    ...(data !== undefined && { data }),
    ...(parameters !== undefined && { parameters }),
  }
  const answered = await answeredExamples(card, model.export.bytes, parity, file)
  const text = `${JSON.stringify({ ...card, ...(answered && { parity: answered }) }, null, 2)}\n`
  // What could not be read again is not written.
  parseCard(text, file)
  if (encoder.encode(text).length <= limits.modelCardBytes) return text
  throw unwritable(`its model.json takes more than ${limits.modelCardBytes} bytes: give it fewer examples`)
}

function inputOf([tensor, columns]: [string, string | readonly string[]]): CardInput {
  return typeof columns === 'string' ? { tensor, column: columns } : { tensor, columns }
}

function outputsOf({ columns, export: { outputs } }: ModelVersion): [string, string][] {
  if (columns.outputs !== undefined) return Object.entries(columns.outputs)
  return outputs.map(({ tensor }) => [tensor, tensor])
}

function writeError(error: unknown, name: string, version: number, file: string): HeadraceError {
  if (['ENOTEMPTY', 'EEXIST'].includes(systemCode(error) ?? '')) {
    const message = `there is a version ${version} of model "${name}", and a version never changes`
    return new HeadraceError('HR_MODEL_EXISTS', message, { file, cause: error })
  }
  return fileError(error, { missing: 'HR_MODEL_UNWRITABLE', other: 'HR_MODEL_UNWRITABLE' }, { file })
}
