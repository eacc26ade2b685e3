import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import type { TestContext } from 'node:test'
import { runCli } from '../../cli/cli.ts'
import { root } from './source-tree.ts'

export interface CliResult {
  readonly code: number
  readonly out: string
  readonly err: string
  /** Each line of the output as JSON. */
  json<T = Record<string, unknown>>(): T[]
}

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
}

/** A folder of its own that commands run in, in this process. */
export class CliFolder {
  readonly path: string

  constructor(t: Pick<TestContext, 'after'>) {
    this.path = mkdtempSync(join(tmpdir(), 'headrace-cli-'))
    t.after(() => rmSync(this.path, { recursive: true, force: true }))
  }

  /** Writes a file; `@/` in it stands for the root of the repository. */
  write(name: string, text: string): string {
    const path = join(this.path, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text.replaceAll('@/', root))
    return path
  }

  async run(args: string | readonly string[], { env = {}, input = '' }: CliOptions = {}): Promise<CliResult> {
    const [out, err] = [collect(), collect()]
    const io = {
      in: Readable.from([Buffer.from(input)]),
      out: out.stream,
      err: err.stream,
      env,
      cwd: this.path,
    }
    const code = await runCli(typeof args === 'string' ? args.split(' ') : args, io)
    const text = out.text()
    return {
      code,
      out: text,
      err: err.text(),
      json: <T>() =>
        text
          .split('\n')
          .filter(Boolean)
          .map(line => JSON.parse(line) as T),
    }
  }
}

function collect(): { stream: PassThrough; text: () => string } {
  const stream = new PassThrough()
  const chunks: Buffer[] = []
  stream.on('data', chunk => chunks.push(chunk))
  return { stream, text: () => Buffer.concat(chunks).toString() }
}

/** A job that sums the values of each user in windows of ten seconds, over the events that `keep` lets through. */
export function sumJob(
  name: string,
  keep = 'row.value >= 0',
  aggregates = '{ total: sum(row => row.value) }',
): string {
  return `
import { double, job, long, record, sink, source, timestamp, topic } from '@/engine/index.ts'
import { count, filter, sum, tumbling } from '@/operators/index.ts'

const Event = record('Event', { ts: timestamp(), user: long(), value: double() })
const Total = record('Total', { user: long(), windowStart: timestamp(), total: double() })

export default job('${name}', () => {
  const events = source('events', topic('events', Event, { time: 'ts', lateness: '1s', key: 'user' }))
  events.pipe(
    filter(row => ${keep}),
    tumbling('totals', { by: 'user', size: '10s' }, ${aggregates}),
    sink('totals-out', topic('totals', Total, { key: 'user' })),
  )
})
`
}
