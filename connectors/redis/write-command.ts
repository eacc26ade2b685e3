import { Command } from 'ioredis'
import type { Script } from './scripts.ts'
import type { WriteCall } from './write-calls.ts'

/** A call whose bytes are there already. Its arguments are only what it takes to find the node. */
export class WriteCommand extends Command {
  private readonly bytes: Buffer

  constructor({ sha }: Script, { bytes, key }: WriteCall) {
    super('evalsha', [sha, '1', key])
    this.bytes = bytes
  }

  override toWritable(): Buffer {
    return this.bytes
  }
}
