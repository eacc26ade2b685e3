import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Node, SourceFile } from 'typescript/unstable/ast'
import { API } from 'typescript/unstable/sync'

export const root = fileURLToPath(new URL('../../', import.meta.url))

/** One file of the repository, parsed by the compiler. `path` is relative to the repository. */
export interface ParsedFile {
  readonly path: string
  readonly ast: SourceFile
}

/** Every file that tsconfig.json covers. */
export function parseSourceTree(): readonly ParsedFile[] {
  const api = new API({ cwd: root })
  try {
    const snapshot = api.updateSnapshot({ openProjects: [`${root}tsconfig.json`] })
    const { program } = snapshot.getProjects()[0]!
    return program
      .getSourceFileNames()
      .map(name => ({ name, path: relative(root, name).replaceAll('\\', '/') }))
      .filter(({ path }) => !path.startsWith('..') && !path.startsWith('node_modules/'))
      .map(({ name, path }) => ({ path, ast: program.getSourceFile(name)! }))
  } finally {
    api.close()
  }
}

/** The top folder of a path. */
export function folderOf(path: string): string {
  return path.split('/')[0]!
}

export function isTest(path: string): boolean {
  return folderOf(path) === 'test'
}

export function* descendants(node: Node): Generator<Node> {
  const children: Node[] = []
  node.forEachChild(child => {
    children.push(child)
  })
  for (const child of children) {
    yield child
    yield* descendants(child)
  }
}

/** `file:line`, as an editor opens it. */
export function placeOf({ path, ast }: ParsedFile, node: Node): string {
  return `${path}:${ast.getLineAndCharacterOfPosition(node.getStart(ast)).line + 1}`
}
