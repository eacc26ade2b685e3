import type { MessagePort } from 'node:worker_threads'
import { parentPort, workerData } from 'node:worker_threads'
import { HeadraceError } from '../errors.ts'
import type { Home } from '../home.ts'
import { limits, setLimits } from '../limits.ts'
import type { Progress } from '../progress.ts'
import type { Evolution } from '../recovery/task-state.ts'
import { JobRun } from '../run.ts'
import { systemClock } from '../time/clock.ts'
import { loadJobModule } from './job-module.ts'
import type { FromWorker, ToWorker, WorkerStart } from './messages.ts'
import { PortJobHome } from './port-job-home.ts'
import { toPosted } from './posted-error.ts'
import { closeServices, openServices } from './service-modules.ts'
import { endWhenAsked } from './thread.ts'
import { WorkerHome } from './worker-home.ts'

/** Does a worker thread's part of a job, to its end: what the module that the thread starts with calls. */
export async function serveWorker(openTopics: (options: unknown) => Home): Promise<void> {
  if (parentPort === null) throw new HeadraceError('HR_INTERNAL', 'a worker is to run in a thread of its own')
  endWhenAsked()
  const start = workerData as WorkerStart
  setLimits(start.limits)
  const post = (message: FromWorker) => parentPort?.postMessage(message)
  try {
    await runPart(start, openTopics(start.homeOptions), parentPort, post)
  } catch (error) {
    post({ type: 'failed', error: toPosted(error) })
  } finally {
    parentPort.close()
  }
}

async function runPart(
  start: WorkerStart,
  topics: Home,
  port: MessagePort,
  post: (message: FromWorker) => void,
): Promise<void> {
  const jobHome = new PortJobHome(port, start.records)
  const stop = new AbortController()
  const begun = Promise.withResolvers<boolean>()
  port.on('message', (message: ToWorker) => {
    if (message.type === 'work') begun.resolve(message.untilIdle)
    else if (message.type === 'stop') stop.abort()
    else jobHome.receive(message)
  })
  const changes: Evolution[] = []
  const services = await openServices(start.services, message => post({ type: 'notice', message }))
  const run = await JobRun.open(await loadJobModule(start.job), {
    home: new WorkerHome(topics, jobHome),
    commitEveryMs: start.commitEveryMs,
    resetSteps: start.resetSteps,
    onEvolution: some => changes.push(...some),
    ...services,
    only: task => Number(task.split('-')[1]) % start.count === start.index,
  })
  post({ type: 'ready', progress: progressOf(run), changes })
  const untilIdle = await begun.promise
  const ended = new AbortController()
  const reporting = report(run, ended.signal, post)
  await run.work(stop.signal, untilIdle)
  ended.abort()
  await reporting
  post({ type: 'done', progress: progressOf(run) })
  await run.close()
  await closeServices(services)
  await topics.close()
}

async function report(run: JobRun, end: AbortSignal, post: (message: FromWorker) => void): Promise<void> {
  for (;;) {
    await systemClock.wait(limits.progressEveryMs, end)
    if (end.aborted) return
    post({ type: 'progress', progress: progressOf(run) })
  }
}

function progressOf(run: JobRun): Progress {
  return { counts: run.counts(), lag: run.lag(), watermark: run.watermark() }
}
