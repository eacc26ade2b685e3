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
}

export interface LoadReport {
  /** Milliseconds of each request. */
  readonly took: readonly number[]
  /** Of all, those of the warm-up included. */
  readonly failed: number
}

const WARM_UP_MS = 1000
const CONNECTING = 100

const order = JSON.parse(process.argv[2]) as LoadOrder
const report = await run(order)
process.stdout.write(JSON.stringify(report))

async function run(order: LoadOrder): Promise<LoadReport> {
  const clients: HttpClient[] = []
  while (clients.length < order.clients) {
    const some = Math.min(CONNECTING, order.clients - clients.length)
    clients.push(...(await Promise.all(Array.from({ length: some }, () => HttpClient.open(order.port)))))
  }
  const took: number[] = []
  let failed = 0
  const begin = order.seconds === undefined ? 0 : performance.now() + WARM_UP_MS
  const end = order.seconds === undefined ? 0 : begin + order.seconds * 1000
  const ask = async (client: HttpClient, first: number) => {
    for (let k = first; ; k += order.clients) {
      const request = requestOf(order, k)
      const start = performance.now()
      if (end > 0 && start > end) return
      const answer = await client.send(request).catch(() => undefined)
      if (start > begin) took.push(performance.now() - start)
      // What is in an answer is looked at only now and then: the generator is not to be what is measured.
      const isLooked = k % 16 === 0 && order.accept === 'application/json'
      if (answer === undefined || !isOk(answer) || (isLooked && !isWhole(answer, order))) failed++
      if (end === 0 || answer === undefined) return
    }
  }
  await Promise.all(clients.map(ask))
  for (const client of clients) client.close()
  return { took, failed }
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
