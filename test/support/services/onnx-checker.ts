import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { needs } from './missing.ts'
import { onnxPython } from './onnx/python.ts'
import { scratchDirectory } from './scratch-directory.ts'

await needs('ONNX checker')

const script = fileURLToPath(new URL('onnx/check.py', import.meta.url))

/** What `onnx` says of a model: what is wrong with it, or the shapes that it finds for the outputs. */
export type Judgement =
  | { readonly wrong: string }
  | { readonly shapes: Readonly<Record<string, readonly (number | string | null)[] | null>> }

/** The official checker of models, the judge from outside; one process for all of them. */
export async function checkModels(models: readonly Uint8Array[]): Promise<Judgement[]> {
  const { command, env } = await onnxPython()
  const directory = scratchDirectory('onnx')
  const files = models.map((bytes, index) => {
    const file = path.join(directory, `${index}.onnx`)
    writeFileSync(file, bytes)
    return file
  })
  const { stdout } = await promisify(execFile)(command, [script, ...files], { env, maxBuffer: 64 << 20 })
  return stdout
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Judgement)
}
