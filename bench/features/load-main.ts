import { HttpClient, isOk } from './http-client.ts'
import { nameOf, view } from './rows.ts'

/** What the load generator, a process of its own, is to do. */
export interface LoadOrder {
  readonly port: number
  readonly token: string
  readonly accept: string
  readonly clients: number
  readonly entities: number
  readonly keys: number
  /** How long; undefined: one request of each client, all at once. */
  readonly seconds: number | undefined
  /** Requests a second, due at their times whether others are answered or not; undefined: each client asks again at once. */
  readonly rate?: number | undefined
}

export interface LoadReport {
  /** Milliseconds of each request: from when it was sent, at a rate from when it was due. */
  readonly took: readonly number[]
  /** Of all, those of the warm-up included. */
  readonly failed: number
}

const WARM_UP_MS = 1000
const CONNECTING = 100

const order = JSON.parse(process.argv[2]) as LoadOrder
const took: number[] = []
let failed = 0
const clients = await connect()
await (order.rate === undefined ? askAgain() : askAtRate(order.rate))
for (const client of clients) client.close()
process.stdout.write(JSON.stringify({ took, failed } satisfies LoadReport))

async function connect(): Promise<HttpClient[]> {
  const made: HttpClient[] = []
  while (made.length < order.clients) {
    const some = Math.min(CONNECTING, order.clients - made.length)
    made.push(...(await Promise.all(Array.from({ length: some }, () => HttpClient.open(order.port)))))
  }
  return made
}

/** A closed loop: so many requests are under way at any time, and the server is as busy as it can be. */
async function askAgain(): Promise<void> {
  const { seconds } = order
  const begin = seconds === undefined ? 0 : performance.now() + WARM_UP_MS
  const end = seconds === undefined ? Number.NEGATIVE_INFINITY : begin + seconds * 1000
  const askOn = async (client: HttpClient, first: number) => {
    let k = first
    do {
      const start = performance.now()
      if (!(await ask(client, k, start, start > begin))) return
      k += order.clients
    } while (performance.now() < end)
  }
  await Promise.all(clients.map(askOn))
}

/**
 * An open loop: requests come with the ticks of a clock, and wait where all clients are busy. That counts; that the
 * clock of a busy machine ticks late does not, as it says nothing of the server.
 */
async function askAtRate(rate: number): Promise<void> {
  const free = [...clients]
  const waiting: { readonly k: number; readonly due: number }[] = []
  const underWay = new Set<Promise<void>>()
  const start = performance.now()
  const measuredFrom = (rate * WARM_UP_MS) / 1000
  const count = measuredFrom + rate * (order.seconds ?? 0)
  const askNext = async (client: HttpClient) => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await ask(client, next.k, next.due, next.k >= measuredFrom)
    }
    free.push(client)
  }
  for (let k = 0; k < count; ) {
    const due = performance.now()
    for (; k < Math.min(count, ((due - start) * rate) / 1000); k++) waiting.push({ k, due })
    while (waiting.length > 0 && free.length > 0) {
      const asking = askNext(free.pop() as HttpClient)
      underWay.add(asking)
      void asking.then(() => underWay.delete(asking))
    }
    await new Promise(resolve => setTimeout(resolve, 1))
  }
  await Promise.all(underWay)
}

/** Whether there was an answer. */
async function ask(client: HttpClient, k: number, from: number, isMeasured: boolean): Promise<boolean> {
  const answer = await client.send(requestOf(order, k)).catch(() => undefined)
  if (isMeasured) took.push(performance.now() - from)
  // What is in an answer is looked at only now and then: the generator is not to be what is measured.
  const isLooked = k % 16 === 0 && order.accept === 'application/json'
  if (answer === undefined || !isOk(answer) || (isLooked && !isWhole(answer, order))) failed++
  return answer !== undefined
}

function requestOf({ port, token, accept, entities, keys }: LoadOrder, k: number): Buffer {
  const asked = Array.from({ length: entities }, (_, one) => nameOf((k * 104_729 + one * 31) % keys))
  const body = JSON.stringify({ entities: asked })
  return Buffer.from(
    `POST /v1/features/${view.name} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\n` +
      `Accept: ${accept}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  )
}

interface Answer {
  readonly results: readonly { readonly features: Readonly<Record<string, { readonly state: string }>> }[]
}

function isWhole(answer: Buffer, { entities }: LoadOrder): boolean {
  const { results } = JSON.parse(answer.toString('utf8', answer.indexOf('\r\n\r\n') + 4)) as Answer
  const states = results.flatMap(({ features }) => Object.values(features).map(({ state }) => state))
  return states.length === entities * Object.keys(view.fields).length && states.every(state => state === 'ok')
}
