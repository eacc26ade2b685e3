import { readFile } from 'node:fs/promises'
import { limits } from '../../engine/limits.ts'

const files = ['engine/limits.ts', 'engine/limits/server.ts']

const introduction = `# Limits

Generated from \`engine/limits.ts\` by \`npm run docs\`.

Every queue, batch, map, retry and concurrency has a named maximum. Reaching one slows the source or fails with
a coded error; nothing grows without end.

| limit | default | meaning |
|---|---|---|
`

export async function limitsPage(): Promise<string> {
  const sources = files.map(file => readFile(new URL(`../../${file}`, import.meta.url), 'utf8'))
  const meanings = readMeanings((await Promise.all(sources)).join('\n'))
  const rows = Object.entries(limits).map(([name, value]) => {
    const meaning = meanings.get(name)
    if (meaning === undefined) throw new Error(`engine/limits: ${name} has no comment to say what it bounds`)
    return `| \`${name}\` | ${describe(name, value)} | ${meaning} |\n`
  })
  return introduction + rows.join('')
}

/** The doc comment straight before each `name:`. */
function readMeanings(source: string): Map<string, string> {
  const documented = /\/\*\*(?<text>(?:(?!\*\/).)*)\*\/\s*(?<name>\w+):/gs
  const meanings = new Map<string, string>()
  for (const { groups } of source.matchAll(documented)) {
    const text = groups!.text!.replaceAll(/\s*\n\s*\*\s*/g, ' ').trim()
    meanings.set(groups!.name!, text.replaceAll('|', '\\|'))
  }
  return meanings
}

/** A value in the unit that its name ends with. */
function describe(name: string, value: number): string {
  if (name.endsWith('Bytes')) return inUnits(value, 1024, ['B', 'KiB', 'MiB', 'GiB'])
  if (name.endsWith('Ms')) return value % 1000 === 0 ? `${group(value / 1000)} s` : `${group(value)} ms`
  return group(value)
}

function inUnits(value: number, step: number, units: readonly string[]): string {
  const [unit, ...larger] = units
  return larger.length > 0 && value >= step && value % step === 0
    ? inUnits(value / step, step, larger)
    : `${group(value)} ${unit}`
}

function group(value: number): string {
  return value.toLocaleString('en-US')
}
