import type { DNSLookupFunction } from 'ioredis'
import { Cluster, Command, Redis } from 'ioredis'
import { HeadraceError } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import type { Notify, RedisPlace } from './config.ts'
import { mayPass, refusal, replyWord, withoutCommand } from './errors.ts'
import { Outage, pauseMs, retrying } from './retry.ts'
import type { Script } from './scripts.ts'

/** The connections to a Redis, or to the nodes of a cluster. They are made on first use, and again when they are lost. */
export class RedisClient {
  readonly place: RedisPlace
  private readonly outage: Outage
  private readonly closing = new AbortController()
  private connected: Promise<Redis | Cluster> | undefined
  private client: Redis | Cluster | undefined
  /** Why the last connection was lost or could not be made: requests only learn that it was. */
  private lastError: unknown

  constructor(place: RedisPlace, notify: Notify) {
    this.place = place
    this.outage = new Outage(place.name, notify)
  }

  /** Aborted when it is closed. */
  get closed(): AbortSignal {
    return this.closing.signal
  }

  /** Resolves when it can be spoken to. */
  async ready(): Promise<Redis | Cluster> {
    this.connected ??= this.retried(() => this.connect(), limits.storeOpenMs)
    try {
      return await this.connected
    } catch (error) {
      this.connected = undefined
      throw error
    }
  }

  /** Asks once; what goes wrong is an error of ours. */
  async ask<T>(question: (client: Redis | Cluster) => Promise<T>): Promise<T> {
    const client = await this.ready()
    try {
      return await question(client)
    } catch (error) {
      const why = this.reasonOf(error)
      if (!mayPass(why)) throw refusal(why, this.place.name)
      const code = replyWord(why) === undefined ? 'HR_STORE_UNREACHABLE' : 'HR_STORE_REFUSED'
      throw new HeadraceError(code, `${this.place.name}: ${(why as Error).message}`, { cause: why })
    }
  }

  /** As `ask`, again and again while it fails in a way that may pass, for a bounded time. */
  async askAgain<T>(
    question: (client: Redis | Cluster) => Promise<T>,
    limitMs: number = limits.storeRetryMs,
  ): Promise<T> {
    const client = await this.ready()
    return this.retried(() => question(client), limitMs)
  }

  /** Runs a script that is not known to each node beforehand. */
  run(script: Script, key: string, ...args: readonly string[]): Promise<unknown> {
    return this.askAgain(client => client.eval(script.source, 1, key, ...args))
  }

  /** Asks a script that gives one text, of keys that are in one place. */
  read(script: Script, keys: readonly string[], args: readonly string[]): Promise<Buffer> {
    const call = (client: Redis | Cluster) =>
      this.knowing(script, () =>
        send(client, new Command('evalsha_ro', [script.sha, keys.length, ...keys, ...args])),
      )
    return this.ask(call) as Promise<Buffer>
  }

  /** Calls a script until that is acknowledged. */
  async deliver(make: () => Command, script: Script, signal: AbortSignal): Promise<void> {
    const client = await this.ready()
    const call = () => this.knowing(script, () => send(client, make()))
    await this.retried(call, limits.storeRetryMs, signal)
  }

  /** Tells each node that is written to. */
  async load({ source }: Script): Promise<void> {
    await Promise.all((await this.masters()).map(node => node.script('LOAD', source)))
  }

  /** Each node that is written to. */
  async masters(): Promise<readonly Redis[]> {
    const client = await this.ready()
    return client instanceof Cluster ? client.nodes('master') : [client]
  }

  close(): void {
    this.closing.abort(
      new HeadraceError('HR_STORE_UNREACHABLE', `${this.place.name}: the connection was closed`),
    )
    this.client?.disconnect()
  }

  /** Where a node does not know the script, it is told. */
  private async knowing<T>(script: Script, call: () => Promise<T>): Promise<T> {
    try {
      return await call()
    } catch (error) {
      if (replyWord(error) !== 'NOSCRIPT') throw error
      await this.load(script)
      return call()
    }
  }

  private retried<T>(
    action: () => Promise<T>,
    limitMs: number = limits.storeRetryMs,
    signal: AbortSignal = this.closing.signal,
  ): Promise<T> {
    const withReason = async () => {
      try {
        return await action()
      } catch (error) {
        throw this.reasonOf(error)
      }
    }
    return retrying({ outage: this.outage, limitMs, signal }, withReason)
  }

  /** The client connects, and connects again, by itself: this waits for how it ends this time. */
  private connect(): Promise<Redis | Cluster> {
    this.client ??= this.open()
    const client = this.client
    if (client.status === 'ready') return Promise.resolve(client)
    const { promise, resolve, reject } = Promise.withResolvers<Redis | Cluster>()
    const isReady = () => resolve(client)
    const failed = (error: unknown) => reject(innermost(error))
    client.once('ready', isReady).once('error', failed)
    const ended = () => reject(new Error('the connection was closed'))
    client.once('end', ended)
    const letGo = () => client.off('ready', isReady).off('error', failed).off('end', ended)
    return promise.finally(letGo)
  }

  private open(): Redis | Cluster {
    const { place } = this
    const client = place.isCluster
      ? new Cluster([...place.nodes], clusterOptions(place))
      : new Redis({ ...place.nodes[0], ...nodeOptions(place), retryStrategy: pauseMs })
    client.on('error', error => {
      this.lastError = innermost(error)
    })
    client.on('ready', () => {
      this.lastError = undefined
    })
    return client
  }

  /** An error that only says that there is no connection, is better told by why there is none. */
  private reasonOf(error: unknown): unknown {
    return replyWord(error) === undefined && !(error instanceof HeadraceError)
      ? (this.lastError ?? error)
      : error
  }
}

/** Sends a command, and waits for its answer for as long as a store has. */
export function send(client: Redis | Cluster, command: Command): Promise<unknown> {
  command.setTimeout(limits.storeRequestMs)
  return client.sendCommand(command) as Promise<unknown>
}

function nodeOptions({ db, tls, username, password }: RedisPlace) {
  return {
    db,
    ...(tls && { tls }),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    connectTimeout: limits.storeRequestMs,
    // What gives no answer is as good as gone.
    socketTimeout: limits.storeRequestMs,
    // Requests fail with their connection: they are repeated here, where it is known for how long.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    // A replica that was a master until now: the address may belong to another by now.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  }
}

function clusterOptions(place: RedisPlace) {
  return {
    redisOptions: nodeOptions(place),
    clusterRetryStrategy: pauseMs,
    // Certificates are of names, which the nodes may not tell.
    ...(place.tls && { dnsLookup: asItIs }),
  }
}

const asItIs: DNSLookupFunction = (address, callback) => callback(null, address)

/** Of a cluster of which no node can be reached: what went wrong with the last one. */
function innermost(error: unknown): unknown {
  const { lastNodeError } = error as { readonly lastNodeError?: unknown }
  return withoutCommand(lastNodeError ?? error)
}
