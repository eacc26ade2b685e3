import type { IncomingMessage, ServerResponse } from 'node:http'
import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { TestContext } from 'node:test'
import type { Identity } from './services/kafka/certificates.ts'

/** What happens to a request instead of its answer: it is answered so, never, or cut off. */
export type Trouble = { readonly status: number; readonly body?: string } | 'silence' | 'reset'

interface Version {
  readonly id: number
  readonly schema: string
  readonly references?: readonly { name: string; subject: string; version: number }[]
  readonly schemaType?: string
}

/** A server of Confluent's REST API as its reference describes it, in the words of Confluent's own. */
export class FakeRegistry {
  /** What was asked, as `GET /schemas/ids/1`. */
  readonly requests: string[] = []
  readonly authorizations: (string | undefined)[] = []
  /** What the next requests meet, in order. */
  readonly troubles: Trouble[] = []
  /** Why the check of compatibility, or the registering behind it, refuses what comes. */
  refusal: { readonly check?: readonly string[]; readonly register?: string } = {}
  url = ''
  private readonly subjects = new Map<string, Version[]>()
  private schemas = 0

  static async start(t: TestContext, identity?: Identity): Promise<FakeRegistry> {
    const registry = new FakeRegistry()
    const answer = (request: IncomingMessage, response: ServerResponse) =>
      void registry.receive(request, response)
    const server = identity === undefined ? http.createServer(answer) : https.createServer(identity, answer)
    t.after(() => {
      server.closeAllConnections()
      server.close()
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    registry.url = `${identity === undefined ? 'http' : 'https'}://127.0.0.1:${port}`
    return registry
  }

  add(subject: string, schema: unknown, more: Partial<Version> = {}): number {
    const versions = this.subjects.get(subject) ?? []
    this.subjects.set(subject, versions)
    const known = typeof schema === 'string' ? schema : JSON.stringify(schema)
    const same = [...this.subjects.values()].flat().find(other => other.schema === known)
    const id = same?.id ?? ++this.schemas
    versions.push({ ...more, id, schema: known })
    return id
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request
    this.requests.push(`${method} ${url}`)
    this.authorizations.push(request.headers.authorization)
    const body = await text(request)
    const trouble = this.troubles.shift()
    if (trouble === 'silence') return
    if (trouble === 'reset') return void request.socket.resetAndDestroy()
    const [status, answer] =
      trouble === undefined
        ? this.answer(method, new URL(url, this.url).pathname.split('/').map(decodeURIComponent), body)
        : [trouble.status, trouble.body ?? { error_code: trouble.status, message: 'trouble' }]
    response.writeHead(status, { 'content-type': 'application/vnd.schemaregistry.v1+json' })
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer))
  }

  private answer(method: string, [, kind, ...rest]: readonly string[], body: string): [number, unknown] {
    if (method === 'GET' && kind === 'schemas') return this.schema(Number(rest[1]))
    if (method === 'GET') return this.version(rest[0], Number(rest[2]))
    const { schema } = JSON.parse(body) as { schema: string }
    if (kind === 'compatibility') return this.check(rest[1])
    if (rest[1] === 'versions') return this.register(rest[0], schema)
    return this.lookUp(rest[0], schema)
  }

  private schema(id: number): [number, unknown] {
    const found = [...this.subjects.values()].flat().find(version => version.id === id)
    if (found === undefined) return [404, { error_code: 40403, message: `Schema ${id} not found` }]
    const { id: _, ...schema } = found
    return [200, schema]
  }

  private version(subject: string, number: number): [number, unknown] {
    const found = this.subjects.get(subject)?.[number - 1]
    if (found === undefined) return [404, { error_code: 40402, message: `Version ${number} not found.` }]
    return [200, { ...found, subject, version: number }]
  }

  private check(subject: string): [number, unknown] {
    if (!this.subjects.has(subject)) return unknownSubject(subject)
    const { check } = this.refusal
    return [200, check === undefined ? { is_compatible: true } : { is_compatible: false, messages: check }]
  }

  private register(subject: string, schema: string): [number, unknown] {
    const { register } = this.refusal
    if (register !== undefined) return [409, { error_code: 409, message: register }]
    return [200, { id: this.add(subject, schema) }]
  }

  private lookUp(subject: string, schema: string): [number, unknown] {
    const versions = this.subjects.get(subject)
    if (versions === undefined) return unknownSubject(subject)
    const found = versions.find(version => version.schema === schema)
    if (found === undefined) return [404, { error_code: 40403, message: 'Schema not found' }]
    return [200, { ...found, subject, version: versions.indexOf(found) + 1 }]
  }
}

function unknownSubject(subject: string): [number, unknown] {
  return [404, { error_code: 40401, message: `Subject '${subject}' not found.` }]
}
