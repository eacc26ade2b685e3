import { parentPort, workerData } from 'node:worker_threads'
import { HeadraceError } from '../../errors.ts'
import type { Home } from '../../home.ts'
import { setLimits } from '../../limits.ts'
import type { Evolution } from '../../recovery/task-state.ts'
import { JobRun } from '../../run.ts'
import { systemClock } from '../../time/clock.ts'
import { loadJobModule } from '../../workers/job-module.ts'
import type { OutputBatch } from '../../workers/messages.ts'
import { toPosted } from '../../workers/posted-error.ts'
import type { Services } from '../../workers/service-modules.ts'
import { closeServices, openServices } from '../../workers/service-modules.ts'
import { endWhenAsked } from '../../workers/thread.ts'
import { WorkerHome } from '../../workers/worker-home.ts'
import type { FromRounds, RoundStart, ToRounds } from './messages.ts'
import { RoundHome } from './round-home.ts'
import { RoundTasks } from './round-tasks.ts'

export interface OpenRounds {
  /** What the main thread was given for this. */
  readonly options: unknown
  readonly services: Services
  /** Ends the waiting for records. */
  readonly stopped: AbortSignal
  readonly notify: (message: string) => void
}

/** Where a thread reads, and what its tasks use. */
export interface RoundPlaces {
  readonly home: Home
  readonly services: Services
  close(): Promise<void>
}

/** Does a thread's part of a replay, to its end: what the module that the thread starts with calls. */
export function serveRounds(open: (asked: OpenRounds) => Promise<RoundPlaces>): void {
  if (parentPort === null) throw new HeadraceError('HR_INTERNAL', 'a replay is to run in a thread of its own')
  endWhenAsked()
  const port = parentPort
  const start = workerData as RoundStart
  setLimits(start.limits)
  const post = (message: FromRounds) => port.postMessage(message, bytesIn(message))
  const stop = new AbortController()
  const notify = (message: string) => post({ type: 'notice', message })
  const onEvolution = (changes: readonly Evolution[]) => post({ type: 'evolved', changes })
  const opening = openPart(start, open, { stopped: stop.signal, notify, onEvolution })
  const failed = (error: unknown) => post({ type: 'failed', error: toPosted(error) })
  opening.catch(failed)
  port.on('message', (message: ToRounds) => {
    if (message.type === 'stop') stop.abort()
    else answer(message, opening, post).catch(failed)
  })
}

interface Told extends Pick<OpenRounds, 'stopped' | 'notify'> {
  readonly onEvolution: (changes: readonly Evolution[]) => void
}

interface Part {
  readonly tasks: RoundTasks
  close(): Promise<void>
}

async function openPart(
  { job, index, count, marks, records, options, services: modules }: RoundStart,
  open: (asked: OpenRounds) => Promise<RoundPlaces>,
  { stopped, notify, onEvolution }: Told,
): Promise<Part> {
  const own = await openServices(modules, notify)
  const { home, services, close } = await open({ options, services: own, stopped, notify })
  const written: OutputBatch[] = []
  const roundHome = new RoundHome(records, (topic, partition, batch) => {
    // Not `batch.slice()`: of a Buffer that is a view, and its memory is about to move to another thread.
    written.push({ topic, partition, bytes: new Uint8Array(batch) })
  })
  const run = await JobRun.open(await loadJobModule(job), {
    home: new WorkerHome(home, roundHome),
    ...services,
    replay: { marks },
    onEvolution,
    only: task => Number(task.split('-')[1]) % count === index,
  })
  const tasks = new RoundTasks({ run, home: roundHome, written, clock: systemClock, stopped })
  return {
    tasks,
    close: async () => {
      await tasks.close()
      await close()
      await closeServices(own)
    },
  }
}

async function answer(
  request: Exclude<ToRounds, { type: 'stop' }>,
  opening: Promise<Part>,
  post: (message: FromRounds) => void,
): Promise<void> {
  const { tasks, close } = await opening
  if (request.type === 'close') {
    const { progress } = tasks
    await close()
    return post({ type: 'answer', answer: null, progress })
  }
  post({ type: 'answer', answer: await fulfil(request, tasks), progress: tasks.progress })
}

function fulfil(request: Exclude<ToRounds, { type: 'stop' | 'close' }>, tasks: RoundTasks) {
  if (request.type === 'next') return tasks.next()
  return request.type === 'round' ? tasks.round(request.before) : tasks.commit(request.snapshot)
}

/** What need not be copied from thread to thread. */
function bytesIn(message: FromRounds): ArrayBuffer[] {
  if (message.type !== 'answer' || message.answer === null) return []
  const { answer } = message
  if ('payload' in answer) return [answer.payload.buffer as ArrayBuffer]
  if (!('outputs' in answer)) return []
  return answer.outputs.flatMap(({ batches }) => batches.map(({ bytes }) => bytes.buffer as ArrayBuffer))
}
