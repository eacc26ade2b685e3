import type { TaskRecord } from '../../engine/recovery/checkpoint.ts'
import type { Command } from '../command.ts'
import { placeOptions } from '../command.ts'
import { loadDeployment } from '../config.ts'
import { jsonLine, print } from '../io.ts'
import { jobName } from '../load-job.ts'
import { withPlace } from '../place/open-place.ts'
import { timeText } from '../status.ts'
import type { StoredRecord } from '../stored-state.ts'
import { newestTasks, readStored, stepTables } from '../stored-state.ts'
import { tableLines } from '../table.ts'
import { shortBytes } from '../units.ts'

interface StepView {
  readonly task: string
  readonly step: string
  readonly operator: string
  readonly tables: number
  readonly rows: number
  readonly bytes: number
}

export const stateList: Command = {
  name: 'state ls',
  summary: 'list the jobs that have state, or what the state of one holds',
  operands: ['[job]'],
  options: { ...placeOptions, json: { help: 'print JSON lines' } },
  notes:
    'A job is named, or given as its file. Rows and bytes are those of the newest snapshot and the deltas behind it: ' +
    'what a restore reads. A job at work is not disturbed.',
  examples: [
    'headrace state ls',
    'headrace state ls clickstream',
    'headrace state ls jobs/clickstream.ts --json',
  ],
  run: async (flags, io) => {
    const deployment = await loadDeployment(flags, io)
    const [named] = flags.operands
    return withPlace(deployment, io, async place => {
      if (named === undefined) {
        const jobs = await place.jobs()
        if (flags.on('json')) for (const job of jobs) print(io, jsonLine({ job }))
        else print(io, ...(jobs.length === 0 ? [`no job has state in ${place.where}`] : jobs))
        return undefined
      }
      const job = await jobName(named, io.cwd)
      const records = await readStored(place, job)
      const steps = stepViews(records, job)
      const tasks = newestTasks(records)
      if (flags.on('json')) print(io, ...tasks.map(task => jsonLine(taskJson(task, steps))))
      else if (records.length === 0) print(io, `${job} has no state in ${place.where}`)
      else print(io, ...overview(job, records, tasks, steps))
      return undefined
    })
  },
}

function overview(
  job: string,
  records: readonly StoredRecord[],
  tasks: readonly TaskRecord[],
  steps: readonly StepView[],
): string[] {
  const snapshots = records.filter(({ kind }) => kind === 'snapshot').length
  const deltas = records.length - snapshots
  const positions = tasks.flatMap(({ name, watermark, inputs }) =>
    inputs.map(input => [name, input.topic, String(input.position), timeOr(watermark), String(input.read)]),
  )
  const rows = steps.map(view => [
    view.task,
    view.step,
    view.operator,
    String(view.tables),
    view.rows.toLocaleString('en'),
    shortBytes(view.bytes),
  ])
  return [
    `job ${job}: ${snapshots === 1 ? 'a snapshot' : `${snapshots} snapshots`} and ${deltas} deltas`,
    '',
    ...tableLines(['task', 'topic', 'position', 'watermark', 'read'], positions, ['position', 'read']),
    '',
    ...tableLines(['task', 'step', 'operator', 'tables', 'rows', 'size'], rows, ['tables', 'rows', 'size']),
  ]
}

/** Steps that keep state, with all that is stored for them. */
function stepViews(records: readonly StoredRecord[], job: string): StepView[] {
  const views = new Map<string, StepView>()
  for (const part of records.flatMap(({ tasks }) => tasks)) {
    for (const { id, shape, bytes } of part.record.steps) {
      if (shape === undefined) continue
      const task = part.record.name
      const before = views.get(`${task} ${id}`) ?? { tables: 0, rows: 0, bytes: 0 }
      const tables = stepTables(part, id, job)
      views.set(`${task} ${id}`, {
        task,
        step: id,
        operator: shape.operator,
        tables: before.tables + tables.length,
        rows: before.rows + tables.reduce((sum, { rows }) => sum + rows, 0),
        bytes: before.bytes + bytes,
      })
    }
  }
  return [...views.values()]
}

function taskJson({ name, watermark, inputs, steps }: TaskRecord, views: readonly StepView[]): object {
  const stored = views.filter(({ task }) => task === name).map(({ task, ...view }) => view)
  const shapes = steps.flatMap(({ id, shape, counters }) => [{ step: id, ...(shape && { shape }), counters }])
  return { task: name, watermark: timeOr(watermark), inputs, steps: shapes, stored }
}

function timeOr(text: string): string {
  return Number.isFinite(Number(text)) ? timeText(Number(text)) : '-'
}
