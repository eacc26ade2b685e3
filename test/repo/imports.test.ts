import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import { test } from 'node:test'
import type { Expression, Node } from 'typescript/unstable/ast'
import {
  isCallExpression,
  isExportDeclaration,
  isImportDeclaration,
  isStringLiteral,
  SyntaxKind,
} from 'typescript/unstable/ast'
import type { ParsedFile } from '../support/source-tree.ts'
import { descendants, folderOf, parseSourceTree, placeOf, root } from '../support/source-tree.ts'

/** What each folder may import beside itself. Folders that are not here (test, bench) may import anything. */
const allowed: Record<string, readonly string[]> = {
  engine: [],
  schemas: ['engine'],
  operators: ['engine', 'schemas'],
  connectors: ['engine', 'schemas'],
  server: ['engine', 'schemas', 'connectors', 'features'],
  features: ['engine', 'schemas', 'connectors'],
  testing: ['engine', 'schemas', 'operators', 'connectors', 'backtest'],
  training: ['engine', 'schemas', 'operators', 'connectors', 'jobs'],
  jobs: ['engine', 'schemas', 'operators', 'connectors'],
  backtest: ['engine', 'schemas', 'connectors'],
  cli: ['engine', 'schemas', 'operators', 'connectors', 'jobs', 'server', 'features', 'backtest', 'training'],
  docs: ['engine', 'schemas', 'operators', 'connectors', 'jobs', 'cli', 'server', 'features'],
  deploy: ['engine', 'cli'],
  bin: [],
}

/** Folders that never reach a user: they may import development dependencies. */
const unpublished = ['test', 'bench', 'docs', 'deploy']

interface Import {
  readonly from: string
  readonly to: string
  readonly place: string
}

const imports = parseSourceTree().flatMap(importsOf)

test('imports point one way', () => {
  const wrong = imports.filter(({ from, to }) => {
    const allowedFolders = allowed[folderOf(from)]
    if (!to.startsWith('./') || allowedFolders === undefined) return false
    const target = folderOf(to.slice(2))
    return target !== folderOf(from) && !allowedFolders.includes(target)
  })
  assert.deepEqual(wrong.map(describe), [])
})

test('no connector imports another', () => {
  const wrong = imports.filter(({ from, to }) => {
    const [own, other] = [connectorOf(from), connectorOf(to.slice(2))]
    return own !== undefined && other !== undefined && own !== other
  })
  assert.deepEqual(wrong.map(describe), [])
})

test('published code imports only what an installation brings', () => {
  const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
    dependencies: Record<string, string>
    optionalDependencies: Record<string, string>
  }
  // Loaded when it is needed, with an error of its own where it is not there; others know its types alone.
  const mayLack = (from: string) => from.includes('connectors/onnx/')
  const wrong = imports.filter(({ from, to }) => {
    if (unpublished.includes(folderOf(from)) || to.startsWith('./') || isBuiltin(to)) return false
    if (mayLack(from) && packageOf(to) in manifest.optionalDependencies) return false
    return !(packageOf(to) in manifest.dependencies)
  })
  assert.deepEqual(wrong.map(describe), [])
})

/** Static and dynamic imports and re-exports; a relative target is given from the root, as `./engine/job.ts`. */
function importsOf(file: ParsedFile): Import[] {
  const found: Import[] = []
  for (const node of descendants(file.ast)) {
    const target = targetOf(node)
    if (target === undefined || !isStringLiteral(target)) continue
    const to = target.text.startsWith('.')
      ? `./${posix.join(posix.dirname(file.path), target.text)}`
      : target.text
    found.push({ from: file.path, to, place: placeOf(file, node) })
  }
  return found
}

function targetOf(node: Node): Expression | undefined {
  if (isImportDeclaration(node) || isExportDeclaration(node)) return node.moduleSpecifier
  if (isCallExpression(node) && node.expression.kind === SyntaxKind.ImportKeyword) return node.arguments[0]
  return undefined
}

/** The connector a path belongs to; a file straight in connectors/ belongs to none. */
function connectorOf(path: string): string | undefined {
  return /^connectors\/(?<name>[^/]+)\//.exec(path)?.groups?.name
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

function describe({ place, to }: Import): string {
  return `${place} imports ${to}`
}
