import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { configCodes } from '../../engine/error-codes/config.ts'
import { dataCodes } from '../../engine/error-codes/data.ts'
import { jobCodes } from '../../engine/error-codes/job.ts'
import { kafkaCodes } from '../../engine/error-codes/kafka.ts'
import { modelCodes } from '../../engine/error-codes/model.ts'
import { registryCodes } from '../../engine/error-codes/registry.ts'
import { serverCodes } from '../../engine/error-codes/server.ts'
import { storeCodes } from '../../engine/error-codes/store.ts'
import { systemCodes } from '../../engine/error-codes/system.ts'
import { errorCatalog } from '../../engine/error-codes.ts'
import { limits } from '../../engine/limits.ts'
import { isTest, parseSourceTree, root } from '../support/source-tree.ts'

const codes = Object.keys(errorCatalog)
const isCatalogue = (path: string) =>
  path.startsWith('engine/error-codes') || path.startsWith('engine/limits')
const published = parseSourceTree()
  .filter(({ path }) => !isTest(path) && !isCatalogue(path))
  .map(({ ast }) => ast.text)
  .join('\n')

test('the catalogues of errors are sorted, and no code is in two of them', () => {
  const all = [
    jobCodes,
    configCodes,
    dataCodes,
    kafkaCodes,
    modelCodes,
    registryCodes,
    serverCodes,
    storeCodes,
    systemCodes,
  ]
  const tables = all.map(table => Object.keys(table))
  for (const table of tables) assert.deepEqual(table, table.toSorted())
  assert.equal(tables.flat().length, codes.length)
})

test('every error code is used somewhere', () => {
  const used = wordsOf(published, /\bHR_[A-Z0-9_]+\b/g)
  assert.deepEqual(
    codes.filter(code => !used.has(code)),
    [],
  )
})

test('docs/errors.md has a section for every error code and for nothing else', () => {
  const page = readFileSync(`${root}docs/errors.md`, 'utf8')
  const sections = [...page.matchAll(/^## (?<code>.*)$/gm)].map(({ groups }) => groups!.code)
  assert.deepEqual(sections, codes)
})

test('every limit is used somewhere', () => {
  const used = wordsOf(published, /\b[a-z]\w*\b/gi)
  assert.deepEqual(
    Object.keys(limits).filter(name => !used.has(name)),
    [],
  )
})

test('docs/limits.md has a row for every limit and for nothing else', () => {
  const page = readFileSync(`${root}docs/limits.md`, 'utf8')
  const rows = [...page.matchAll(/^\| `(?<name>\w+)` \|/gm)].map(({ groups }) => groups!.name)
  assert.deepEqual(rows, Object.keys(limits))
})

function wordsOf(text: string, pattern: RegExp): Set<string> {
  return new Set(text.match(pattern))
}
