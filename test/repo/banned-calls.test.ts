import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Node } from 'typescript/unstable/ast'
import {
  isCallExpression,
  isIdentifier,
  isNewExpression,
  isPropertyAccessExpression,
} from 'typescript/unstable/ast'
import type { ParsedFile } from '../support/source-tree.ts'
import { descendants, folderOf, isTest, parseSourceTree, placeOf } from '../support/source-tree.ts'

/** The output is a function of the log: time of day and chance come in through these files alone. */
const readsClock = ['engine/time/clock.ts', 'engine/telemetry.ts']
const setsTimers = ['engine/time/clock.ts']
/** Where code is generated from a schema or for an operator. */
const generatesCode = [
  'engine/batch/cursor.ts',
  'engine/batch/loops.ts',
  'engine/codec/avro/function.ts',
  'engine/codec/json/scanner-source.ts',
  'engine/codec/json/writer-source.ts',
  'operators/aggregates/fold-source.ts',
]

const files = parseSourceTree()
const core = files.filter(({ path }) => ['engine', 'operators'].includes(folderOf(path)))
const published = files.filter(({ path }) => !isTest(path))

test('engine and operators take time and chance only from the clock', () => {
  assert.deepEqual(find(core, readsTimeOrChance, readsClock), [])
})

test('engine and operators set timers only through the clock', () => {
  const timers = ['setTimeout', 'setInterval']
  assert.deepEqual(
    find(core, node => isCallExpression(node) && timers.includes(nameOf(node)), setsTimers),
    [],
  )
})

test('code is generated only in the places named for it', () => {
  assert.deepEqual(find(published, generates, generatesCode), [])
})

test('no test is skipped or run alone', () => {
  const tests = files.filter(({ path }) => path.endsWith('.test.ts'))
  assert.deepEqual(find(tests, marksTest, []), [])
})

function find(
  among: readonly ParsedFile[],
  banned: (node: Node) => boolean,
  except: readonly string[],
): string[] {
  return among
    .filter(({ path }) => !except.includes(path))
    .flatMap(file => [...descendants(file.ast)].filter(banned).map(node => placeOf(file, node)))
}

function readsTimeOrChance(node: Node): boolean {
  if (isNewExpression(node)) return nameOf(node) === 'Date' && !node.arguments?.length
  if (isCallExpression(node) && nameOf(node) === 'Date') return true
  return isMember(node, ['Date.now', 'Math.random', 'performance.now', 'process.hrtime'])
}

function generates(node: Node): boolean {
  const isCall = isCallExpression(node) || isNewExpression(node)
  return isCall && ['Function', 'eval'].includes(nameOf(node))
}

function marksTest(node: Node): boolean {
  const marks = ['only', 'skip', 'todo']
  return isMember(
    node,
    ['test', 'describe', 't'].flatMap(name => marks.map(mark => `${name}.${mark}`)),
  )
}

/** Whether the node is one of these members, called or handed on. */
function isMember(node: Node, members: readonly string[]): boolean {
  return (
    isPropertyAccessExpression(node) &&
    isIdentifier(node.expression) &&
    members.includes(`${node.expression.text}.${node.name.text}`)
  )
}

function nameOf({ expression }: { readonly expression: Node }): string {
  return isIdentifier(expression) ? expression.text : ''
}
