import type net from 'node:net'
import { HeadraceError, isHeadraceError } from '../../../engine/errors.ts'
import { limits } from '../../../engine/limits.ts'
import type { KafkaConnect, TlsConfig } from '../config.ts'
import type { ApiVersions } from '../protocol/api-versions.ts'
import { apiVersions, apiVersionsApi } from '../protocol/api-versions.ts'
import { KAFKA, refused } from '../protocol/kafka-errors.ts'
import type { KafkaRequest } from '../protocol/request.ts'
import { ResponseReader } from '../protocol/response-reader.ts'
import type { Address } from './address.ts'
import { addressText } from './address.ts'
import { KafkaDisconnected } from './disconnected.ts'
import type { Frame } from './frame-reader.ts'
import { FrameReader } from './frame-reader.ts'
import { requestFrame } from './request-frame.ts'
import { responsePool } from './response-pool.ts'
import { Login } from './sasl/login.ts'
import { openSocket } from './socket.ts'
import { socketError } from './socket-error.ts'

/** An answer whose bytes stay as they are until `release`. */
export interface Kept<T> {
  readonly value: T
  release(): void
}

interface InFlight {
  readonly request: KafkaRequest<unknown>
  readonly correlation: number
  readonly timer: NodeJS.Timeout
  resolve(answer: Kept<unknown>): void
  reject(error: Error): void
}

/** One connection to one broker. Requests may follow each other before the first is answered: answers keep their order. */
export class Connection {
  private readonly address: Address
  private readonly clientId: string
  private readonly frames = new FrameReader(responsePool, frame => this.answered(frame))
  private readonly login: Login | undefined
  /** Out of sight of whoever prints a connection: a TLS socket remembers its key. */
  #socket!: net.Socket
  private versions: ApiVersions | undefined
  private correlation = 0
  private answers = 0
  private readonly inFlight: InFlight[] = []
  private ended: Error | undefined

  private constructor(address: Address, { clientId, sasl }: KafkaConnect) {
    this.address = address
    this.clientId = clientId ?? 'headrace'
    this.login = sasl && new Login(sasl, (request, timeoutMs) => this.tell(request, timeoutMs))
  }

  /** Ready for requests: TLS agreed, the broker's versions known, and who we are. */
  static async open(address: Address, options: KafkaConnect): Promise<Connection> {
    const connection = new Connection(address, options)
    await connection.connect(options.tls ?? false)
    try {
      await connection.greet()
      await connection.login?.due()
    } catch (error) {
      throw connection.failed(error as Error)
    }
    return connection
  }

  get isOpen(): boolean {
    return this.ended === undefined
  }

  /** The answer must hold no views of the bytes that it was read from: they go back to the pool. */
  async send<T>(request: KafkaRequest<T>, timeoutMs?: number): Promise<T> {
    const { value, release } = await this.sendKeeping(request, timeoutMs)
    release()
    return value
  }

  /** As `send`, but the answer's bytes stay valid until `release`. */
  sendKeeping<T>(request: KafkaRequest<T>, timeoutMs: number = limits.kafkaRequestMs): Promise<Kept<T>> {
    const login = this.login?.due()
    if (login === undefined) return this.exchange(request, timeoutMs)
    return login.then(
      () => this.exchange(request, timeoutMs),
      error => Promise.reject(this.failed(error)),
    )
  }

  close(): void {
    this.end(new KafkaDisconnected(addressText(this.address), 'closed by us'))
  }

  private async connect(tls: boolean | TlsConfig): Promise<void> {
    const { address } = this
    const socket = await openSocket(address, tls, {
      target: () => this.frames.target(),
      received: (count, into) => this.received(count, into),
    })
    socket.on('error', error => this.end(socketError(address, error, socket)))
    socket.on('close', () => this.end(new KafkaDisconnected(addressText(address), this.whyClosed())))
    socket.on('end', () => socket.destroy())
    this.#socket = socket
  }

  private async greet(): Promise<void> {
    const { error, versions } = await this.tell(apiVersions(), limits.kafkaConnectMs)
    if (error !== KAFKA.NONE) throw refused(`ApiVersions at ${addressText(this.address)}`, error)
    this.versions = versions
  }

  /** Without waiting for a login. */
  private async tell<T>(request: KafkaRequest<T>, timeoutMs: number): Promise<T> {
    const { value, release } = await this.exchange(request, timeoutMs)
    release()
    return value
  }

  private exchange<T>(request: KafkaRequest<T>, timeoutMs: number): Promise<Kept<T>> {
    if (this.ended !== undefined) return Promise.reject(this.ended)
    const unspoken = this.unspoken(request)
    if (unspoken !== undefined) return Promise.reject(unspoken)
    const correlation = this.correlation++ & 0x7fffffff
    const pieces = requestFrame(request, correlation, this.clientId)
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.overdue(correlation, timeoutMs), timeoutMs)
      this.inFlight.push({ request, correlation, timer, resolve: resolve as InFlight['resolve'], reject })
      this.write(pieces)
    })
  }

  private unspoken({ name, api, version }: KafkaRequest<unknown>): HeadraceError | undefined {
    if (this.versions === undefined) return undefined
    const spoken = this.versions.get(api)
    if (spoken !== undefined && spoken.from <= version && version <= spoken.to) return undefined
    const has = spoken === undefined ? 'does not know it' : `has versions ${spoken.from} to ${spoken.to}`
    return this.misspoken(`we need ${name} in version ${version}, and the broker ${has}`)
  }

  private misspoken(what: string): HeadraceError {
    return this.here(new HeadraceError('HR_KAFKA_PROTOCOL', what))
  }

  /** With our address in its message. */
  private here(error: HeadraceError): HeadraceError {
    if (error.what.startsWith(addressText(this.address))) return error
    return new HeadraceError(error.code, `${addressText(this.address)}: ${error.what}`, {
      cause: error.cause,
    })
  }

  private write(pieces: readonly Uint8Array[]): void {
    this.#socket.cork()
    for (const piece of pieces) this.#socket.write(piece)
    this.#socket.uncork()
  }

  /** Node lets nobody catch what is thrown where a socket's bytes arrive. */
  private received(count: number, into: Uint8Array): void {
    if (this.ended !== undefined) return
    try {
      this.frames.received(count, into)
    } catch (error) {
      this.failed(error as Error)
    }
  }

  private answered(frame: Frame): void {
    const reader = new ResponseReader(frame.bytes, 0, frame.length)
    const correlation = reader.i32()
    const asked = this.inFlight[0]
    if (asked?.correlation !== correlation) {
      const expected = asked === undefined ? 'nothing was asked' : `${asked.correlation} is due`
      const what = `answer ${correlation} has come where ${expected}`
      throw new HeadraceError('HR_KAFKA_PROTOCOL', what)
    }
    this.inFlight.shift()
    this.answers += 1
    clearTimeout(asked.timer)
    try {
      if (asked.request.flexible && asked.request.api !== apiVersionsApi) reader.skipTags()
      asked.resolve({ value: asked.request.read(reader), release: () => frame.release() })
    } catch (error) {
      frame.release()
      asked.reject(error as Error)
    }
  }

  /** A thread that was busy for long, or a process that was stopped, may find the answer waiting in the socket. */
  private overdue(correlation: number, timeoutMs: number): void {
    setImmediate(() => {
      const late = this.inFlight.find(asked => asked.correlation === correlation)
      if (late === undefined) return
      const reason = `no answer to ${late.request.name} within ${timeoutMs} ms`
      this.end(new KafkaDisconnected(addressText(this.address), reason))
    })
  }

  /** A connection that has failed is of no use any more. Gives the reason that it has ended for. */
  private failed(error: Error): Error {
    this.end(isHeadraceError(error) ? this.here(error) : error)
    return this.ended ?? error
  }

  private end(reason: Error): void {
    if (this.ended !== undefined) return
    this.ended = reason
    this.#socket.destroy()
    for (const { timer, reject } of this.inFlight.splice(0)) {
      clearTimeout(timer)
      reject(reason)
    }
  }

  /** Brokers say nothing when a client speaks in the clear to a listener with TLS, or leaves out SASL. */
  private whyClosed(): string {
    if (this.answers === 0)
      return 'the broker has closed the connection before any answer: does it expect TLS?'
    if (this.answers === 1)
      return 'the broker has closed the connection after its greeting: does it expect SASL?'
    return 'the broker has closed the connection'
  }
}
