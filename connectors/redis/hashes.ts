import type { Cluster, Redis } from 'ioredis'
import { Command } from 'ioredis'
import type { HashStore, HashTexts, WrittenHash } from '../../engine/stores/hash-store.ts'
import { RedisClient, send } from './client.ts'
import type { Notify, RedisOptions } from './config.ts'
import { placeOf } from './config.ts'
import { replyWord } from './errors.ts'

/** Hashes as whoever uses this Redis keeps them: under their own keys, without our prefix. */
export class RedisHashes implements HashStore {
  private readonly client: RedisClient

  constructor(options: RedisOptions, notify: Notify = message => process.emitWarning(message)) {
    this.client = new RedisClient(placeOf(options), notify)
  }

  /** All keys at once. Each is a command of its own: in a cluster they are on different nodes. */
  async read(keys: readonly string[], fields: readonly string[]): Promise<readonly HashTexts[]> {
    return this.client.ask(client => Promise.all(keys.map(key => fieldsOf(client, key, fields))))
  }

  async write(hashes: readonly WrittenHash[]): Promise<void> {
    await this.client.askAgain(client =>
      Promise.all(hashes.flatMap(commandsFor).map(command => send(client, command()))),
    )
  }

  async close(): Promise<void> {
    this.client.close()
  }
}

async function fieldsOf(client: Redis | Cluster, key: string, fields: readonly string[]): Promise<HashTexts> {
  try {
    return (await send(client, new Command('hmget', [key, ...fields]))) as (Buffer | null)[]
  } catch (error) {
    if (replyWord(error) === 'WRONGTYPE') return undefined
    throw error
  }
}

/** A command is sent once: what is tried again is made again. */
function commandsFor({ key, fields }: WrittenHash): (() => Command)[] {
  const all = Object.entries(fields)
  const set = all.flatMap(([field, text]) => (text === null ? [] : [field, text]))
  const gone = all.flatMap(([field, text]) => (text === null ? [field] : []))
  return [
    ...(set.length === 0 ? [] : [() => new Command('hset', [key, ...set])]),
    ...(gone.length === 0 ? [] : [() => new Command('hdel', [key, ...gone])]),
  ]
}
