import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, resolve } from 'node:path'
import { HeadraceError } from '../engine/errors.ts'
import { shortComplaints } from './complaints.ts'

/** The rules under which Node runs TypeScript as it is. */
const options = [
  '--noEmit',
  '--pretty false',
  '--strict',
  '--skipLibCheck',
  '--allowImportingTsExtensions',
  '--erasableSyntaxOnly',
  '--verbatimModuleSyntax',
  '--target esnext',
  '--module esnext',
  '--moduleResolution bundler',
  '--lib esnext',
].flatMap(option => option.split(' '))

/** Runs the TypeScript of the job's own project over the job's file; gives its version, if there is one. */
export async function typeCheck(file: string, cwd: string): Promise<string | undefined> {
  const path = resolve(cwd, file)
  const manifest = resolveFrom(path, 'typescript/package.json')
  if (manifest === undefined) return undefined
  const { version, bin } = JSON.parse(readFileSync(manifest, 'utf8'))
  const [major, minor] = version.split('.').map(Number)
  if (major < 5 || (major === 5 && minor < 8)) return undefined
  const ignoreConfig = major >= 6 ? ['--ignoreConfig'] : []
  const types = resolveFrom(path, '@types/node/package.json') === undefined ? [] : ['--types', 'node']
  const tsc = join(dirname(manifest), bin.tsc)
  const complaints = await compile(tsc, [...ignoreConfig, ...types, basename(path)], dirname(path))
  if (complaints === '') return version
  throw new HeadraceError('HR_JOB_TYPES', `TypeScript ${version} complains:\n${shortComplaints(complaints)}`)
}

/** What the compiler prints, where it is not content. */
function compile(tsc: string, args: readonly string[], cwd: string): Promise<string> {
  return new Promise((done, fail) => {
    execFile(process.execPath, [tsc, ...options, ...args], { cwd }, (error, stdout, stderr) => {
      if (error === null) done('')
      else if (typeof error.code === 'number') done((stdout + stderr).trim())
      else fail(error)
    })
  })
}

function resolveFrom(importer: string, target: string): string | undefined {
  try {
    return createRequire(importer).resolve(target)
  } catch {
    return undefined
  }
}
