import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Closing } from './window-ends.ts'

export interface SendOrder {
  readonly brokers: readonly string[]
  readonly rate: number
  readonly seconds: number
  readonly seed: number
}

export interface Purchase {
  readonly user: number
  readonly ts: number
  readonly sent: number
}

export interface SentEvents {
  readonly events: number
  /** In the order in which they were sent. */
  readonly purchases: readonly Purchase[]
  readonly closings: readonly Closing[]
  readonly seconds: number
}

type Message = { readonly sample: Purchase } | { readonly sent: SentEvents }

/** Has a thread of its own send the events, so that reading results does not hold it up. Tells of a purchase now and then. */
export async function sendEvents(
  order: SendOrder,
  sampled: (purchase: Purchase) => void,
): Promise<SentEvents> {
  const thread = new Worker(new URL('sender-thread.ts', import.meta.url), { workerData: order })
  let sent: SentEvents | undefined
  thread.on('message', (message: Message) => {
    if ('sample' in message) sampled(message.sample)
    else sent = message.sent
  })
  await once(thread, 'exit')
  if (sent === undefined) throw new Error('the thread that sends has ended before it was done')
  return sent
}
