import type { MessagePort } from 'node:worker_threads'
import { parentPort, workerData } from 'node:worker_threads'
import { HeadraceError } from '../errors.ts'
import type { SharedHome } from '../home.ts'
import { limits, setLimits } from '../limits.ts'
import { systemClock } from '../time/clock.ts'
import { loadJobModule } from '../workers/job-module.ts'
import { toPosted } from '../workers/posted-error.ts'
import { closeServices, openServices } from '../workers/service-modules.ts'
import { endWhenAsked } from '../workers/thread.ts'
import type { HandListener } from './hand.ts'
import type { FromHand, HandRequest, HandStart, ToHand } from './hand-messages.ts'
import { TaskRuns } from './task-runs.ts'

/** Opens the home that a thread works on; what it survives is to be told. */
export type OpenSharedHome = (options: unknown, notify: (message: string) => void) => Promise<SharedHome>

/** Works on the tasks that the main thread gives, to the end: what the module that the thread starts with calls. */
export async function serveHand(openHome: OpenSharedHome): Promise<void> {
  if (parentPort === null) throw new HeadraceError('HR_INTERNAL', 'a hand is to run in a thread of its own')
  endWhenAsked()
  const port = parentPort
  const start = workerData as HandStart
  setLimits(start.limits)
  const post = (message: FromHand) => port.postMessage(message)
  try {
    const notify = (message: string) => post({ type: 'notice', message })
    const home = await openHome(start.homeOptions, notify)
    const services = await openServices(start.services, notify)
    const job = await loadJobModule(start.job)
    const { commitEveryMs } = start
    const runs = new TaskRuns(job, { home, commitEveryMs, ...services, listener: listenerOf(post) })
    const ended = new AbortController()
    void report(runs, ended.signal, post)
    await answer(runs, port, post)
    ended.abort()
    await closeServices(services)
    await home.close()
  } catch (error) {
    post({ type: 'failed', error: toPosted(error) })
  }
}

function listenerOf(post: (message: FromHand) => void): HandListener {
  return {
    fenced: (task, commits, error) => post({ type: 'fenced', task, commits, error: toPosted(error) }),
    failed: error => post({ type: 'failed', error: toPosted(error) }),
    evolved: changes => post({ type: 'evolved', changes }),
    notice: message => post({ type: 'notice', message }),
  }
}

/** Does what it is asked for until it is to close. */
function answer(runs: TaskRuns, port: MessagePort, post: (message: FromHand) => void): Promise<void> {
  return new Promise(resolve => {
    port.on('message', async (message: ToHand) => {
      try {
        const value = await fulfil(runs, message)
        post({ type: 'progress', progress: runs.progress })
        post({ type: 'answer', id: message.id, value })
      } catch (error) {
        post({ type: 'refusal', id: message.id, error: toPosted(error) })
      }
      if (message.type === 'close') resolve()
    })
  })
}

async function fulfil(runs: TaskRuns, request: HandRequest): Promise<number | null> {
  if (request.type === 'quiet') return runs.quiet()
  if (request.type === 'assign') await runs.assign(request.tasks, request.pass)
  else if (request.type === 'replan') await runs.replan()
  else await runs.close(false)
  return null
}

async function report(runs: TaskRuns, end: AbortSignal, post: (message: FromHand) => void): Promise<void> {
  for (;;) {
    await systemClock.wait(limits.progressEveryMs, end)
    if (end.aborted) return
    post({ type: 'progress', progress: runs.progress })
  }
}
