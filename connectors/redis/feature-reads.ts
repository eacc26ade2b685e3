import type { Field } from '../../engine/batch/schema.ts'
import { limits } from '../../engine/limits.ts'
import type { Entity, StoredFeature } from '../../engine/stores/feature-store.ts'
import type { ViewDefinition } from '../../engine/stores/view-definition.ts'
import type { RedisClient } from './client.ts'
import { bucketOf, keyHead } from './keys.ts'
import { readRows } from './scripts.ts'
import { timeIn, valueIn } from './stored-value.ts'

const missing: StoredFeature = { state: 'missing', value: undefined, time: null }

/** Entities that are asked for in one call. */
interface ReadCall {
  readonly keys: string[]
  /** Their places in the answer. */
  readonly rows: number[]
}

/** What is stored of many entities, in one round trip. */
export async function readFeatures(
  client: RedisClient,
  view: ViewDefinition,
  entities: readonly Entity[],
  names: readonly string[],
): Promise<StoredFeature[][]> {
  if (names.length === 0) return entities.map(() => [])
  const calls = callsFor(client, view, entities, names.length)
  const answers = await Promise.all(calls.map(({ keys }) => client.read(readRows, keys, names)))
  const reader = new RowReader(
    names.map(name => view.fields[name]),
    view.ttlMs === null ? Number.NEGATIVE_INFINITY : Date.now() - view.ttlMs,
  )
  const found: StoredFeature[][] = new Array(entities.length)
  calls.forEach(({ rows }, call) => {
    reader.open(answers[call])
    for (const row of rows) found[row] = reader.next()
  })
  return found
}

/** In a cluster the keys of a call are in one bucket; and no call is so large that others wait long for it. */
function callsFor(
  { place: { keyPrefix, isCluster } }: RedisClient,
  view: ViewDefinition,
  entities: readonly Entity[],
  fields: number,
): ReadCall[] {
  const calls: ReadCall[] = []
  const filling = new Map<number, ReadCall>()
  const rowsMax = Math.max(1, Math.floor(limits.redisCallValues / Math.max(1, fields)))
  entities.forEach((entity, row) => {
    const text = String(entity)
    const bytes = Buffer.from(text)
    const bucket = bucketOf(bytes, 0, bytes.length)
    const group = isCluster ? bucket : 0
    let call = filling.get(group)
    if (call === undefined || call.rows.length === rowsMax) {
      call = { keys: [], rows: [] }
      filling.set(group, call)
      calls.push(call)
    }
    call.keys.push(keyHead(keyPrefix, view, bucket) + text)
    call.rows.push(row)
  })
  return calls
}

/** Takes an answer apart, entity by entity. */
class RowReader {
  private readonly fields: readonly Field[]
  /** What is of this time or before has expired. */
  private readonly expired: number
  private bytes: Buffer = Buffer.alloc(0)
  private at = 0

  constructor(fields: readonly Field[], expired: number) {
    this.fields = fields
    this.expired = expired
  }

  open(bytes: Buffer): void {
    this.bytes = bytes
    this.at = 0
  }

  next(): StoredFeature[] {
    return this.fields.map(field => this.value(field))
  }

  private value(field: Field): StoredFeature {
    const length = this.bytes.readInt32LE(this.at)
    this.at += 4
    if (length < 0) return missing
    const stored = this.bytes.subarray(this.at, this.at + length)
    this.at += length
    const time = timeIn(stored)
    return time <= this.expired
      ? { state: 'expired', value: undefined, time }
      : { state: 'ok', value: valueIn(stored, field), time }
  }
}
