/**
 * Finds a Node that can run Headrace, so that `npx headrace` works where the machine's own Node is older
 * and the project has the `node` package. Plain JavaScript, for it must itself run on old Nodes.
 */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const OLDEST_MAJOR = 24
export const EXIT_USAGE = 64

const main = new URL('../dist/cli/main.js', import.meta.url)
const script = fileURLToPath(new URL('./headrace.js', import.meta.url))

export async function start() {
  if (canRun(process.versions.node, process.features)) {
    await import(main.href)
    return
  }
  const binary = findNode([join(process.cwd(), 'package.json'), script])
  if (binary === undefined) refuse(`it needs Node ${OLDEST_MAJOR} or newer with type stripping`)
  else runWith(binary, [script, ...process.argv.slice(2)])
}

/**
 * @param {string} version
 * @param {object} features those of the process; `typescript` is absent before Node 22 and false where switched off
 */
export function canRun(version, features) {
  return majorOf(version) >= OLDEST_MAJOR && 'typescript' in features && features.typescript !== false
}

/**
 * The binary of the first new enough `node` package that one of the given files could import.
 * @param {readonly string[]} importers
 * @returns {string | undefined}
 */
export function findNode(importers) {
  for (const importer of importers) {
    const manifest = resolveManifest(importer)
    if (manifest === undefined) continue
    const { version, bin } = JSON.parse(readFileSync(manifest, 'utf8'))
    if (majorOf(version) >= OLDEST_MAJOR) return join(dirname(manifest), bin.node)
  }
  return undefined
}

/** @param {string} importer */
function resolveManifest(importer) {
  try {
    return createRequire(importer).resolve('node/package.json')
  } catch {
    return undefined
  }
}

/** @param {string} version */
function majorOf(version) {
  return Number.parseInt(version, 10)
}

/**
 * @param {string} binary
 * @param {readonly string[]} argv
 */
function runWith(binary, argv) {
  // Listening comes first: a signal that ended the launcher alone would leave its child behind.
  for (const signal of forwarded()) process.on(signal, () => child.kill(signal))
  const child = spawn(binary, argv, { stdio: 'inherit' })
  child.on('error', error => refuse(`${binary} does not start: ${error.message}`))
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[/** @type {NodeJS.Signals} */ (signal)]
  })
}

/**
 * At a terminal the child has Ctrl-C from there already; a second one would abort instead of draining.
 * The listener stays all the same, so that the launcher outlives its child.
 * @returns {readonly NodeJS.Signals[]}
 */
function forwarded() {
  if (!process.stdin.isTTY) return ['SIGINT', 'SIGTERM', 'SIGHUP']
  process.on('SIGINT', () => {})
  return ['SIGTERM', 'SIGHUP']
}

/** @param {string} reason */
function refuse(reason) {
  process.stderr.write(
    `headrace cannot run on Node ${process.versions.node}: ${reason}.\n` +
      'Install a newer Node, or one for this project alone: npm install node@26\n',
  )
  process.exitCode = EXIT_USAGE
}
