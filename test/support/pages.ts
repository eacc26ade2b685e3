import { readFileSync } from 'node:fs'
import path from 'node:path'
import { root } from './source-tree.ts'

const { exports: entryPoints } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  exports: Record<string, { default: string }>
}

/** A command of a page, and what it is said to print. */
export interface ShownCommand {
  readonly command: string
  readonly output: string
}

/** Whole files that a page shows: `ts` blocks that begin with the file's name, and a `jsonl` block of clicks. */
export function filesOf(page: string): Map<string, string> {
  const files = new Map<string, string>()
  for (const { language, text } of blocksOf(page)) {
    const name = language === 'ts' ? /^\/\/ (?<name>[\w.-]+\.ts)\n/.exec(text)?.groups?.name : undefined
    if (name !== undefined) files.set(name, text)
    if (language === 'jsonl') files.set('clicks.jsonl', text)
  }
  return files
}

/** The commands of a page's `console` blocks, in order. */
export function commandsOf(page: string): ShownCommand[] {
  return blocksOf(page)
    .filter(({ language }) => language === 'console')
    .flatMap(({ text }) => text.split(/^\$ /m).slice(1))
    .map(shown => {
      const end = shown.indexOf('\n')
      return { command: shown.slice(0, end), output: shown.slice(end + 1) }
    })
}

/** The package's entry points replaced by what they are built from, for a file in `directory`. */
export function withSources(source: string, directory: string): string {
  const sources = path.relative(directory, root)
  return source.replaceAll(/from 'headrace(?<entry>\/\w+)?'/g, (_, entry: string = '') => {
    const file = entryPoints[`.${entry}`]!.default.replace('./dist/', '').replace(/\.js$/, '.ts')
    return `from '${sources}/${file}'`
  })
}

export function blocksOf(page: string): { language: string; text: string }[] {
  const block = /^```(?<language>\w+)\n(?<text>[\s\S]*?)^```$/gm
  return [...readFileSync(`${root}${page}`, 'utf8').matchAll(block)].map(({ groups }) => ({
    language: groups!.language!,
    text: groups!.text!,
  }))
}
