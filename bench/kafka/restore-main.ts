import { isDeepStrictEqual } from 'node:util'
import { KafkaHome } from '../../connectors/kafka/home.ts'
import { SharedRun } from '../../engine/shared/shared-run.ts'
import { expectedSpending } from '../spending.ts'
import { nothingSeen, stateJob } from '../state-job.ts'
import { now } from './meter.ts'
import type { RestoreOptions } from './restore.ts'
import { say } from './say.ts'

/** A process that has never had the task opens it, reads on to the window's end, and says how long the first took. */
const { brokers, names, keys } = JSON.parse(process.argv[2] as string) as RestoreOptions
const begun = now()
let opening = 0
let restored = 0
const home = await KafkaHome.open({ brokers }, say)
const openTask = home.openTask.bind(home)
home.openTask = (...args) => {
  opening = now()
  return openTask(...args)
}
const openSource = home.openSource.bind(home)
home.openSource = async (...args) => {
  const source = await openSource(...args)
  const poll = source.poll.bind(source)
  source.poll = () => {
    restored ||= now()
    return poll()
  }
  return source
}
const seen = nothingSeen()
const run = await SharedRun.open(stateJob(seen, names), { home })
await run.work(new AbortController().signal, true)
const read = run.counts().inputs.spending?.read
await run.close()
await home.close()
const report = {
  restoreSeconds: (restored - opening) / 1000,
  readySeconds: (restored - begun) / 1000,
  // Without the state, all would have been read again, with the same results.
  ok: read === 1 && isDeepStrictEqual(seen, expectedSpending(keys)),
}
process.stdout.write(`${JSON.stringify(report)}\n`)
