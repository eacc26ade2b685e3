import type { IncomingMessage, ServerResponse } from 'node:http'
import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { TestContext } from 'node:test'
import { gunzipSync } from 'node:zlib'
import type { Identity } from './services/kafka/certificates.ts'

/** What happens to a request: it is answered so, never, or cut off. */
export type InfluxReply =
  | { readonly status: number; readonly body?: object | string; readonly headers?: Record<string, string> }
  | 'silence'
  | 'reset'

/** A server that takes points as the scripts of a test say. Requests without points meet no script. */
export class FakeInflux {
  url = ''
  /** The points of each request, as they came. */
  readonly written: string[] = []
  readonly encodings: (string | undefined)[] = []
  readonly authorizations: (string | undefined)[] = []
  mostAtOnce = 0
  /** What the next writes meet, in order; then they succeed, unless `always` says otherwise. */
  readonly script: InfluxReply[] = []
  always: (points: string) => InfluxReply = () => ({ status: 204 })
  private atOnce = 0

  static async start(t: Pick<TestContext, 'after'>, identity?: Identity): Promise<FakeInflux> {
    const fake = new FakeInflux()
    const answer = (request: IncomingMessage, response: ServerResponse) =>
      void fake.receive(request, response)
    const server = identity === undefined ? http.createServer(answer) : https.createServer(identity, answer)
    t.after(() => {
      server.closeAllConnections()
      server.close()
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const scheme = identity === undefined ? 'http' : 'https'
    fake.url = `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`
    return fake
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce)
    const body = await buffer(request)
    const encoding = request.headers['content-encoding']
    const points = (encoding === 'gzip' ? gunzipSync(body) : body).toString()
    const reply = points === '' ? { status: 204 } : this.replyTo(points)
    if (points !== '') this.encodings.push(encoding)
    this.authorizations.push(request.headers.authorization)
    this.atOnce--
    if (reply === 'silence') return
    if (reply === 'reset') {
      request.socket.destroy()
      return
    }
    const { status, body: said = '', headers = {} } = reply
    response.writeHead(status, headers)
    response.end(typeof said === 'string' ? said : JSON.stringify(said))
  }

  private replyTo(points: string): InfluxReply {
    this.written.push(points)
    return this.script.shift() ?? this.always(points)
  }
}
