import type { Plan } from '../../engine/graph/plan.ts'
import type { JobRun } from '../../engine/run.ts'
import type { Command } from '../command.ts'
import { placeOptions } from '../command.ts'
import type { Deployment } from '../config.ts'
import { loadDeployment } from '../config.ts'
import type { Flags } from '../flags.ts'
import { usageError } from '../flags.ts'
import type { Io } from '../io.ts'
import { jsonLine, print } from '../io.ts'
import { planJob } from '../load-job.ts'
import { loadSetJob, parameterOptions } from '../parameters.ts'
import { placeName, withPlace } from '../place/open-place.ts'
import { withJobStore } from '../reset/open-job-store.ts'
import type { Target } from '../reset/target.ts'
import { parseTarget, positionsAt, targetHelp } from '../reset/target.ts'
import { tableLines } from '../table.ts'

export const reset: Command = {
  name: 'reset',
  summary: 'have a job begin anew: drop its state and positions, or the state of a step',
  operands: ['<job.ts>'],
  options: {
    ...placeOptions,
    ...parameterOptions,
    to: { value: 'WHERE', help: `begin there: ${targetHelp}` },
    step: { value: 'ID', multiple: true, help: 'drop the state of this step alone; positions stay' },
    yes: { help: 'do it: without, it is only said what would be done' },
    json: { help: 'print a JSON line' },
  },
  notes:
    'Nobody may be at work on the job. State and positions go together, as results are only right if they do: so ' +
    'does --to, after which the next run begins with empty state where it says. Without it the next run begins ' +
    'where `startFrom` says. What the job has written stays: results are then written once more.',
  examples: [
    'headrace reset jobs/clickstream.ts',
    'headrace reset jobs/clickstream.ts --to 2026-01-31T12:00:00Z --yes',
    'headrace reset jobs/clickstream.ts --step per-user --yes',
  ],
  run: async (flags, io) => {
    const deployment = await loadDeployment(flags, io)
    const planned = planJob(await loadSetJob(flags.operands[0], flags, io))
    const steps = stepsOf(flags, planned)
    const to = flags.text('to')
    if (to !== undefined && steps.length > 0) {
      throw usageError('--step keeps the positions, --to moves them with all state dropped: give one of them')
    }
    const target = to === undefined ? undefined : parseTarget(to)
    const moves = steps.length > 0 ? [] : await movesOf(deployment, planned, target, io)
    await withJobStore(deployment, planned, io, async store => {
      await store.assertIdle()
      const dropped = steps.length > 0 ? steps.map(id => `state of step ${id}`) : await store.kept()
      const isDone = flags.on('yes')
      const plan = { job: planned.job.name, done: isDone, drops: dropped, positions: moves }
      if (isDone) {
        if (steps.length > 0) await store.rewrite(steps, () => {})
        else await store.forget()
        if (target !== undefined) await store.rewrite([], run => seek(run, moves))
      }
      print(
        io,
        ...(flags.on('json') ? [jsonLine({ type: 'reset', ...plan })] : lines(plan, placeName(deployment))),
      )
    })
    return undefined
  },
}

interface Move {
  readonly topic: string
  readonly partition: number
  /** Null where there is none. */
  readonly position: number | null
  readonly next: number
}

interface ResetPlan {
  readonly job: string
  readonly done: boolean
  readonly drops: readonly string[]
  readonly positions: readonly Move[]
}

function stepsOf(flags: Flags, planned: Plan): string[] {
  const known = [...planned.nodes.values()].filter(({ step }) => step !== undefined).map(({ id }) => id)
  const wanted = flags.list('step')
  const unknown = wanted.find(id => !known.includes(id))
  if (unknown === undefined) return wanted
  throw usageError(`--step ${unknown}: the steps of ${planned.job.name} are ${known.join(', ')}`)
}

function movesOf(deployment: Deployment, planned: Plan, target: Target | undefined, io: Io): Promise<Move[]> {
  const otherwise = { moment: deployment.kafka?.startFrom ?? 'earliest' }
  return withPlace(deployment, io, async place => {
    const [now, later] = await Promise.all([
      place.positions(planned.job.name),
      positionsAt(planned, place, target ?? otherwise),
    ])
    return later.map(({ topic, partition, offset }) => {
      const known = now.find(one => one.topic === topic && one.partition === partition)
      return { topic, partition, position: known?.offset ?? null, next: offset }
    })
  })
}

function seek(run: JobRun, moves: readonly Move[]): void {
  for (const { inputs } of run.tasks) {
    for (const { spec, partition, feed } of inputs) {
      const move = moves.find(one => one.topic === spec.name && one.partition === partition)
      if (move !== undefined) feed.seek(move.next)
    }
  }
}

function lines({ job, done, drops, positions }: ResetPlan, where: string): string[] {
  const rows = positions.map(({ topic, partition, position, next }) => [
    topic,
    String(partition),
    position === null ? 'none' : String(position),
    String(next),
  ])
  const headings = ['topic', 'partition', 'position', 'begins at']
  return [
    `job ${job} on ${where}`,
    '',
    ...(drops.length === 0 ? ['nothing is kept of it'] : [done ? 'dropped:' : 'would be dropped:']),
    ...drops.map(what => `  ${what}`),
    '',
    ...(rows.length === 0 ? [] : [...tableLines(headings, rows, headings.slice(1)), '']),
    done ? 'done' : 'nothing was changed: --yes does it',
  ]
}
