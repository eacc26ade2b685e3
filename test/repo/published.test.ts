import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { root } from '../support/source-tree.ts'

interface LockedPackage {
  readonly resolved?: string
  readonly hasInstallScript?: true
}

const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
  allowScripts: Record<string, boolean>
}
const lock = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8')) as {
  packages: Record<string, LockedPackage>
}

test('no committed file names a machine or a package host', () => {
  const banned =
    /(?<![\w.])[/](?:work|root|home[/]\w+)[/]|shared[/]bin|[.]library\b|registry[.](?:npmjs|yarnpkg)/
  const wrong = committedFiles().flatMap(path =>
    readFileSync(`${root}${path}`, 'utf8')
      .split('\n')
      .flatMap((line, index) => (banned.test(line) ? `${path}:${index + 1}` : [])),
  )
  assert.deepEqual(wrong, [])
})

test('the lock file names no download address', () => {
  const addressed = Object.entries(lock.packages).filter(([, { resolved }]) => resolved !== undefined)
  assert.deepEqual(addressed, [])
})

test('dependencies are pinned', () => {
  const all = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
  assert.deepEqual(
    all.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version)),
    [],
  )
})

test('only the packages that package.json allows have install scripts', () => {
  const scripted = Object.entries(lock.packages)
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path]) => path.replace(/^.*node_modules\//, ''))
  assert.deepEqual(scripted.toSorted(), Object.keys(manifest.allowScripts).toSorted())
})

function committedFiles(): string[] {
  const listed = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
  return listed.split('\0').filter(path => path !== '' && existsSync(`${root}${path}`))
}
