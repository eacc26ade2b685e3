import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { commands } from '../../cli/cli.ts'
import { commonOptions } from '../../cli/command.ts'
import { exitCodeOf } from '../../cli/exit-codes.ts'
import { errorCatalog } from '../../engine/error-codes.ts'
import type { ErrorCode } from '../../engine/index.ts'
import { HeadraceError } from '../../engine/index.ts'
import { filesOf, withSources } from '../support/pages.ts'
import { root } from '../support/source-tree.ts'

const markdown = ['.', 'docs', 'docs/operators', 'deploy'].flatMap(folder =>
  readdirSync(`${root}${folder}`)
    .filter(name => name.endsWith('.md'))
    .map(name => path.posix.join(folder, name)),
)
const texts = new Map(markdown.map(page => [page, readFileSync(`${root}${page}`, 'utf8')]))
const shown = [
  'README.md',
  'docs/testing.md',
  'docs/schema-registry.md',
  'docs/kafka.md',
  'docs/feature-client.md',
  'docs/onnx-export.md',
]

const directory = realpathSync(mkdtempSync(path.join(tmpdir(), 'headrace-pages-')))
after(() => rmSync(directory, { recursive: true }))
writeFileSync(path.join(directory, 'package.json'), '{ "type": "module" }')
mkdirSync(path.join(directory, 'node_modules'))
symlinkSync(`${root}node_modules/prom-client`, path.join(directory, 'node_modules/prom-client'))
for (const [name, text] of shown.flatMap(page => [...filesOf(page)])) {
  writeFileSync(path.join(directory, name), withSources(text, directory))
}

test('the files that pages show have no type errors', () => {
  const config = {
    extends: `${root}tsconfig.json`,
    compilerOptions: { typeRoots: [`${root}node_modules/@types`] },
    include: ['*.ts'],
  }
  writeFileSync(path.join(directory, 'tsconfig.json'), JSON.stringify(config))
  const { stdout } = spawnSync(`${root}node_modules/.bin/tsc`, ['-p', directory], { encoding: 'utf8' })
  assert.equal(stdout, '')
})

test('the tests that pages show pass', () => {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const { stdout, status } = spawnSync(process.execPath, ['--test', '--test-reporter=tap'], {
    cwd: directory,
    env,
    encoding: 'utf8',
  })
  assert.equal(status, 0, stdout)
  assert.match(stdout, /^# pass 7$/m)
})

test('links lead to files and headings that are there', () => {
  const broken = [...texts].flatMap(([page, text]) =>
    [...text.matchAll(/\]\((?<target>[^)\s]+)\)/g)]
      .map(({ groups }) => groups!.target!)
      .filter(target => !/^\w+:/.test(target) && !leadsSomewhere(page, target))
      .map(target => `${page}: ${target}`),
  )
  assert.deepEqual(broken, [])
})

test('commands and options that pages name are there', () => {
  const lines = [...texts].flatMap(([page, text]) =>
    [...text.matchAll(/(?<![\w./-])headrace(?<rest> [a-z<-][^`\n|;#]*)/g)]
      .map(({ groups }) => groups!.rest!.trim())
      .filter(rest => isCommandLine(text, rest))
      .map(rest => ({ page, rest })),
  )
  assert.ok(lines.length > 20)
  assert.deepEqual(
    lines.filter(({ rest }) => !isKnown(rest)),
    [],
  )
})

test('error codes that pages name are there', () => {
  const unknown = [...texts].flatMap(([page, text]) =>
    [...new Set(text.match(/\bHR_[A-Z_]+\b/g))]
      .filter(code => !(code in errorCatalog))
      .map(code => `${page}: ${code}`),
  )
  assert.deepEqual(unknown, [])
})

test('the exit codes beside error codes are theirs', () => {
  const rows = [...texts.get('docs/bad-input.md')!.matchAll(/\| `(?<code>HR_\w+)` \| (?<exit>\d+)/g)]
  assert.ok(rows.length > 5)
  for (const { groups } of rows) {
    const error = new HeadraceError(groups!.code as ErrorCode, 'as shown')
    assert.equal(exitCodeOf(error), Number(groups!.exit), groups!.code)
  }
})

test('every job is linked from a page', () => {
  const jobs = readdirSync(`${root}jobs`)
  assert.deepEqual(
    jobs.filter(job => ![...texts.values()].some(text => text.includes(`jobs/${job})`))),
    [],
  )
})

function leadsSomewhere(page: string, target: string): boolean {
  const [file, heading] = target.split('#') as [string, string?]
  const place = file === '' ? page : path.posix.join(path.posix.dirname(page), file)
  if (!existsSync(`${root}${place}`)) return false
  return heading === undefined || headingsOf(place).includes(heading)
}

/** Headings as they are in links: lower case, hyphens for spaces, without other signs. */
function headingsOf(page: string): string[] {
  return [...readFileSync(`${root}${page}`, 'utf8').matchAll(/^#+ (?<title>.*)$/gm)].map(({ groups }) =>
    groups!
      .title!.toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  )
}

/** In code, not in a sentence about Headrace. */
function isCommandLine(text: string, rest: string): boolean {
  return text.includes(`\`headrace ${rest}`) || text.includes(`npx headrace ${rest}`)
}

function isKnown(rest: string): boolean {
  if (rest.startsWith('<') || rest.startsWith('-')) return true
  const command = commands.find(({ name }) => rest === name || rest.startsWith(`${name} `))
  if (command === undefined) return false
  const named = [...rest.matchAll(/(?<= )--(?<name>[a-z-]+)/g)].map(({ groups }) => groups!.name!)
  return named.every(name => name in command.options || name in commonOptions)
}
