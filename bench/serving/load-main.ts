import { HttpClient, isOk } from '../features/http-client.ts'
import { requestOf } from './requests.ts'

/** What the load generator, a process of its own, is to do. */
export interface LoadOrder {
  readonly port: number
  readonly token: string
  readonly clients: number
  /** Requests a second, sent at their times whether others are answered or not; undefined: all clients at once. */
  readonly rate: number | undefined
  readonly seconds: number
}

export interface LoadReport {
  /** Milliseconds from when each request was to be sent to the end of its answer, those of the warm-up left out. */
  readonly took: readonly number[]
  /** Of all, those of the warm-up included. */
  readonly failed: number
  /** Milliseconds by which timers rang too late. */
  readonly late: readonly number[]
}

const WARM_UP_SECONDS = 2
const CONNECTING = 100

const order = JSON.parse(process.argv[2]) as LoadOrder
const took: number[] = []
const late: number[] = []
let failed = 0
const clients = await connect(order)
await (order.rate === undefined ? askAtOnce() : askAtRate(order.rate))
for (const client of clients) client.close()
process.stdout.write(JSON.stringify({ took, failed, late } satisfies LoadReport))

async function connect({ clients: count, port }: LoadOrder): Promise<HttpClient[]> {
  const made: HttpClient[] = []
  while (made.length < count) {
    const some = Math.min(CONNECTING, count - made.length)
    made.push(...(await Promise.all(Array.from({ length: some }, () => HttpClient.open(port)))))
  }
  return made
}

async function askAtOnce(): Promise<void> {
  const start = performance.now()
  await Promise.all(clients.map((client, k) => ask(client, k, start, true)))
}

/** An open loop: who waits for an answer delays no other request, and its delay counts from when it was due. */
async function askAtRate(rate: number): Promise<void> {
  const free = [...clients]
  const underWay = new Set<Promise<void>>()
  const start = performance.now()
  const count = rate * (WARM_UP_SECONDS + order.seconds)
  for (let k = 0; k < count; ) {
    const dueBy = ((performance.now() - start) * rate) / 1000
    for (; k < Math.min(count, dueBy); k++) {
      const client = free.pop()
      const isMeasured = k >= rate * WARM_UP_SECONDS
      if (client === undefined) {
        failed++
        continue
      }
      const asked = ask(client, k, start + (k * 1000) / rate, isMeasured)
      underWay.add(asked)
      void asked.then(() => {
        underWay.delete(asked)
        free.push(client)
      })
    }
    const asked = performance.now()
    await new Promise(resolve => setTimeout(resolve, 1))
    late.push(performance.now() - asked - 1)
  }
  await Promise.all(underWay)
}

async function ask(client: HttpClient, k: number, due: number, isMeasured: boolean): Promise<void> {
  const { request, isRight } = requestOf(order, k)
  const answer = await client.send(request).catch(() => undefined)
  if (isMeasured) took.push(performance.now() - due)
  if (answer === undefined || !isOk(answer) || !isRight(answer)) failed++
}
