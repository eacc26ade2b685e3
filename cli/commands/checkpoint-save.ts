import { resolve } from 'node:path'
import { isEmpty, saveCheckpoint } from '../checkpoint/save.ts'
import type { Command } from '../command.ts'
import { placeOptions } from '../command.ts'
import { loadDeployment } from '../config.ts'
import { usageError } from '../flags.ts'
import { jsonLine, print } from '../io.ts'
import { jobName } from '../load-job.ts'
import { withPlace } from '../place/open-place.ts'
import { tableLines } from '../table.ts'

export const checkpointSave: Command = {
  name: 'checkpoint save',
  summary: 'copy what a job has committed into a directory, where replays can begin',
  operands: ['<job>'],
  options: {
    to: { value: 'DIR', help: 'the directory that gets the copy, a new one (needed)' },
    ...placeOptions,
    json: { help: 'print a JSON line' },
  },
  notes:
    'A job is named, or given as its file. What its last commit has stored is copied, and of a job in stages what ' +
    'lies between them. The job may be at work: it is neither stopped nor slowed. `headrace replay --checkpoint DIR` ' +
    'begins with that state at these positions, as often as wanted.',
  examples: [
    'headrace checkpoint save clickstream --to before-the-change',
    'headrace replay job.ts --checkpoint before-the-change --out backtest',
  ],
  run: async (flags, io) => {
    const deployment = await loadDeployment(flags, io)
    const to = flags.text('to')
    if (to === undefined) throw usageError('--to is needed: the directory that gets the copy')
    const dir = resolve(io.cwd, to)
    if (!isEmpty(dir)) throw usageError(`--to: there is something in ${to} already`)
    const job = await jobName(flags.operands[0], io.cwd)
    const note = (text: string) => void io.err.write(`${text}\n`)
    const { segmentBytes } = deployment
    const tasks = await withPlace(deployment, io, place => {
      return saveCheckpoint({ place, job, dir, segmentBytes, note })
    })
    const positions = tasks.flatMap(({ name, inputs }) =>
      inputs.map(({ topic, position }) => ({ task: name, topic, position })),
    )
    if (flags.on('json')) {
      print(io, jsonLine({ type: 'checkpoint', job, dir, positions }))
      return undefined
    }
    const rows = positions.map(({ task, topic, position }) => [task, topic, position.toLocaleString('en')])
    print(io, ...tableLines(['task', 'topic', 'position'], rows, ['position']), '')
    print(io, `saved: headrace replay <job.ts> --checkpoint ${to} --out DIR`)
    return undefined
  },
}
