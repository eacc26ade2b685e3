import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { test } from 'node:test'
import { isStringLiteral } from 'typescript/unstable/ast'
import type { ParsedFile } from '../support/source-tree.ts'
import { descendants, folderOf, isTest, parseSourceTree, root } from '../support/source-tree.ts'

const files = new Map(parseSourceTree().map(file => [file.path, file]))

test('every published file is reachable from an entry point', () => {
  const live = reachableFrom(entryPoints())
  const dead = [...files.keys()].filter(path => !isTest(path) && !live.has(path))
  assert.deepEqual(dead, [])
})

test('every helper of the tests is used by a test', () => {
  const live = reachableFrom([...files.keys()].filter(path => /\.test(-d)?\.ts$/.test(path)))
  const dead = [...files.keys()].filter(path => isTest(path) && !live.has(path))
  assert.deepEqual(dead, [])
})

/** What users, npm scripts and `headrace run` start from. */
function entryPoints(): string[] {
  const { exports } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
    exports: Record<string, string | { default: string }>
  }
  const published = Object.values(exports).flatMap(target =>
    typeof target === 'string' ? [] : target.default.replace('./dist/', '').replace(/\.js$/, '.ts'),
  )
  const jobs = [...files.keys()].filter(path => folderOf(path) === 'jobs')
  const scripts = [
    'bench/main.ts',
    'training/main.ts',
    'docs/generate.ts',
    'deploy/grafana/dashboards/generate.ts',
  ]
  return [...published, ...jobs, 'bin/headrace.js', 'cli/main.ts', ...scripts]
}

function reachableFrom(starts: readonly string[]): Set<string> {
  const seen = new Set<string>()
  const waiting = [...starts]
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const file = files.get(path)
    if (file === undefined || seen.has(path)) continue
    seen.add(path)
    waiting.push(...mentionsIn(file))
  }
  return seen
}

/**
 * Files that any string of this one names, from its own folder, the root or the helpers of the tests: imports,
 * `new URL(...)` of workers, scripts for child processes alike.
 */
function mentionsIn({ path, ast }: ParsedFile): string[] {
  return [...descendants(ast)]
    .filter(isStringLiteral)
    .filter(({ text }) => /\.[jt]s$/.test(text))
    .flatMap(({ text }) => [posix.dirname(path), '.', 'test/support'].map(base => posix.join(base, text)))
}
