import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseDocument } from 'yaml'
import { root } from './source-tree.ts'

export interface Service {
  readonly image: string
  readonly build?: { readonly context: string; readonly dockerfile: string }
  readonly command?: string | readonly string[]
  readonly environment?: Readonly<Record<string, string | number>>
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly healthcheck?: { readonly test: readonly string[] }
  readonly restart?: string
}

export interface Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, null>>
}

export const deploy = join(root, 'deploy')

export function deployText(name: string): string {
  return readFileSync(join(deploy, name), 'utf8')
}

/** The file as YAML 1.2, of which nothing has to be guessed. */
export function deployYaml<T>(name: string): T {
  const document = parseDocument(deployText(name), { merge: true, strict: true, uniqueKeys: true })
  assert.deepEqual([...document.errors, ...document.warnings], [], name)
  return document.toJS() as T
}

export const compose = deployYaml<Compose>('compose.yaml')
