import { once } from 'node:events'
import net from 'node:net'
import type { TestContext } from 'node:test'
import type { Address } from '../../connectors/kafka/net/address.ts'
import type { KafkaRequest } from '../../connectors/kafka/protocol/request.ts'
import { RequestWriter } from '../../connectors/kafka/protocol/request-writer.ts'

/** One request as the broker got it. */
export interface Asked {
  readonly api: number
  readonly version: number
  readonly correlation: number
  readonly clientId: string
  readonly body: Buffer
  /** For bytes that are no answer. */
  readonly socket: net.Socket
}

export interface FakeBroker {
  readonly address: Address
  readonly asked: Asked[]
  readonly sockets: Set<net.Socket>
}

/** Writes an answer. What is not answered here has no answer, but for ApiVersions. */
export type Answer = (asked: Asked) => ((to: RequestWriter) => void) | 'silence' | undefined

/** A server that answers ApiVersions by itself: it knows each request, in every version. */
export async function fakeBroker(t: TestContext, answer: Answer = () => undefined): Promise<FakeBroker> {
  const asked: Asked[] = []
  const sockets = new Set<net.Socket>()
  const server = net.createServer({ noDelay: true }, socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    eachRequest(socket, request => {
      asked.push(request)
      const write = answer(request) ?? (request.api === 18 ? anyVersion : undefined)
      if (write !== undefined && write !== 'silence') socket.write(answerBytes(request.correlation, write))
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return { address: { host: '127.0.0.1', port: (server.address() as net.AddressInfo).port }, asked, sockets }
}

/** Asks for its text again. */
export function echo(text: string, flexible = false): KafkaRequest<string> {
  return {
    name: 'Echo',
    api: 60,
    version: 3,
    flexible,
    write(to) {
      to.text(text)
    },
    read: from => from.text(),
  }
}

/** A broker that answers it. */
export const echoing: Answer = ({ api, body }) =>
  api === 60 ? to => to.text(body.toString('utf8', 2)) : undefined

/** An answer as it goes over the wire. */
export function answerBytes(correlation: number, write: (to: RequestWriter) => void): Buffer {
  const body = new RequestWriter().i32(correlation)
  write(body)
  const bytes = Buffer.concat(body.finish())
  const length = Buffer.alloc(4)
  length.writeInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

export function versions(table: Readonly<Record<number, readonly [number, number]>>) {
  return (to: RequestWriter) => {
    to.i16(0).array(Object.entries(table), ([api, [from, until]]) => {
      to.i16(Number(api)).i16(from).i16(until)
    })
  }
}

const anyVersion = versions(Object.fromEntries(Array.from({ length: 70 }, (_, api) => [api, [0, 20]])))

function eachRequest(socket: net.Socket, take: (asked: Asked) => void): void {
  let waiting = Buffer.alloc(0)
  socket.on('data', (bytes: Buffer) => {
    waiting = Buffer.concat([waiting, bytes])
    while (waiting.length >= 4 && waiting.length >= 4 + waiting.readInt32BE(0)) {
      const frame = waiting.subarray(4, 4 + waiting.readInt32BE(0))
      waiting = waiting.subarray(4 + frame.length)
      const clientIdEnd = 10 + frame.readInt16BE(8)
      take({
        api: frame.readInt16BE(0),
        version: frame.readInt16BE(2),
        correlation: frame.readInt32BE(4),
        clientId: frame.toString('utf8', 10, clientIdEnd),
        body: frame.subarray(clientIdEnd),
        socket,
      })
    }
  })
}
