import { readdirSync, readFileSync } from 'node:fs'
import { root } from './source-tree.ts'

/** An example of a page: a whole job file, what it reads (by topic, feature view that it exports, or key of hashes) and writes. */
export interface DocExample {
  readonly page: string
  readonly number: number
  /** The job file. */
  readonly source: string
  readonly input: Readonly<Record<string, readonly unknown[]>>
  readonly output: Readonly<Record<string, readonly unknown[]>>
}

const block = /```(?<language>ts|json)\n(?<text>[\s\S]*?)```/g

/** The examples of all pages of a folder: each a `ts` block, then a `json` block of input and one of output. */
export function docExamples(folder: string): DocExample[] {
  const pages = readdirSync(`${root}${folder}`).filter(name => name.endsWith('.md'))
  return pages.flatMap(page => examplesOf(`${folder}/${page}`))
}

function examplesOf(page: string): DocExample[] {
  const blocks = [...readFileSync(`${root}${page}`, 'utf8').matchAll(block)].map(({ groups }) => groups!)
  const examples: DocExample[] = []
  for (let k = 0; k < blocks.length; k += 3) {
    const [job, input, output] = blocks.slice(k, k + 3)
    if (job?.language !== 'ts' || input?.language !== 'json' || output?.language !== 'json') {
      throw new Error(`${page}: after a ts block comes a json block of input and one of output`)
    }
    const [source, read, written] = [job.text!, input.text!, output.text!]
    examples.push({ page, number: k / 3 + 1, source, input: JSON.parse(read), output: JSON.parse(written) })
  }
  return examples
}
