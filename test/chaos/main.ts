import { parseArgs } from 'node:util'
import type { FsyncPolicy } from '../../connectors/log/writer-options.ts'
import { outputTopics, recordsOf } from './outputs.ts'
import type { Round, RoundOptions } from './round.ts'
import { runRound } from './round.ts'

const usage = `npm run -s chaos -- [options]

Stops the engine again and again while it works, and compares with an uninterrupted run.

  --rounds N                    default 1
  --seed N                      of the first round, default from the clock
  --stops N                     in each round, default 50
  --by kill|disk                what stops it: a SIGKILL, or a disk that fails; default kill
  --fsync commit|always|never   default commit
  --json                        one JSON object a line
`

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Date.now() & 0x7fffffff) },
    stops: { type: 'string', default: '50' },
    by: { type: 'string', default: 'kill' },
    fsync: { type: 'string', default: 'commit' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

async function main(): Promise<void> {
  if (values.help) return void process.stdout.write(usage)
  for (let round = 0; round < Number(values.rounds); round++) {
    const options = {
      seed: Number(values.seed) + round,
      stops: Number(values.stops),
      by: values.by as RoundOptions['by'],
      fsync: values.fsync as FsyncPolicy,
    }
    const start = performance.now()
    const done = await runRound(options)
    print(done, (performance.now() - start) / 1000)
  }
}

function print({ outcome, ...round }: Round, seconds: number): void {
  const records = Object.fromEntries(outputTopics().map(topic => [topic, recordsOf(outcome, topic)]))
  const line = { ...round, seconds: Math.round(seconds * 10) / 10, records, ok: true }
  const text = values.json
    ? JSON.stringify(line)
    : `seed ${line.seed}: ${line.stops} stops by ${line.by}, ${line.rows} rows, ${line.changes} changes of the disk, ${line.deltas} deltas restored, ${line.seconds} s; ${Object.entries(
        records,
      )
        .map(([topic, count]) => `${topic} ${count}`)
        .join(', ')}`
  process.stdout.write(`${text}\n`)
}

await main()
