import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Node } from 'typescript/unstable/ast'
import { isCallExpression, isIdentifier, SyntaxKind } from 'typescript/unstable/ast'
import type { ParsedFile } from '../support/source-tree.ts'
import { descendants, parseSourceTree, placeOf } from '../support/source-tree.ts'

const FILE_LINES_MAX = 300
const FUNCTION_LINES_MAX = 60

/** Files that are longer today, with their length: a number here may shrink or go, never grow. */
const longFiles: Record<string, number> = {}

const functionKinds = new Set([
  SyntaxKind.FunctionDeclaration,
  SyntaxKind.FunctionExpression,
  SyntaxKind.ArrowFunction,
  SyntaxKind.MethodDeclaration,
  SyntaxKind.Constructor,
  SyntaxKind.GetAccessor,
  SyntaxKind.SetAccessor,
])

const files = parseSourceTree()

const linesOf = new Map(files.map(({ path, ast }) => [path, ast.text.trimEnd().split('\n').length]))

test(`no file is longer than ${FILE_LINES_MAX} lines`, () => {
  const tooLong = [...linesOf].filter(([path, lines]) => lines > (longFiles[path] ?? FILE_LINES_MAX))
  assert.deepEqual(tooLong, [])
})

test('the list of long files is exact', () => {
  const wrong = Object.entries(longFiles).filter(([path, lines]) => linesOf.get(path) !== lines)
  assert.deepEqual(wrong, [])
})

test(`no function is longer than ${FUNCTION_LINES_MAX} lines`, () => {
  assert.deepEqual(files.flatMap(longFunctions), [])
})

function longFunctions(file: ParsedFile): string[] {
  const found: string[] = []
  for (const node of descendants(file.ast)) {
    if (!functionKinds.has(node.kind) || isSuite(node)) continue
    const lines = lineAt(file, node.end) - lineAt(file, node.getStart(file.ast)) + 1
    if (lines > FUNCTION_LINES_MAX) found.push(`${placeOf(file, node)} is ${lines} lines long`)
  }
  return found
}

/** The callback of `describe` is a list of tests, not a function to read at one go. */
function isSuite(node: Node): boolean {
  const { parent } = node
  return isCallExpression(parent) && isIdentifier(parent.expression) && parent.expression.text === 'describe'
}

function lineAt({ ast }: ParsedFile, position: number): number {
  return ast.getLineAndCharacterOfPosition(position).line
}
