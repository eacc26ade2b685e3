import { setTimeout as pause } from 'node:timers/promises'
import type { Notice } from '../../connectors/kafka/config.ts'
import type { Kept } from '../../connectors/kafka/net/connection.ts'
import { KafkaDisconnected } from '../../connectors/kafka/net/disconnected.ts'
import { KAFKA } from '../../connectors/kafka/protocol/kafka-errors.ts'
import type { KafkaRequest } from '../../connectors/kafka/protocol/request.ts'
import { RequestWriter } from '../../connectors/kafka/protocol/request-writer.ts'
import { ResponseReader } from '../../connectors/kafka/protocol/response-reader.ts'
import type { FetchingCluster, FetchingConnection } from '../../connectors/kafka/source/fetching-cluster.ts'
import { readBatchHeader } from '../../engine/codec/record/batch.ts'
import { setBaseOffset } from '../../engine/codec/record/write.ts'
import { batchOfTexts } from './text-records.ts'

/** One request to fetch, as a node got it. */
export interface FetchAsked {
  readonly node: number
  readonly waitMs: number
  readonly totalBytes: number
  readonly from: readonly { readonly partition: number; readonly offset: number; readonly bytes: number }[]
}

/** A partition of the one topic, `in`. */
export class FakePartition {
  leader = 0
  /** Codes that the next requests to fetch get instead of records. */
  readonly codes: number[] = []
  /** Where the present leader says that epochs end. */
  epochEnd = -1
  start = 0
  end = 0
  readonly #batches: Uint8Array[] = []

  append(...texts: string[]): void {
    this.appendBatch(batchOfTexts(texts), texts.length)
  }

  appendBatch(batch: Uint8Array, records: number): void {
    setBaseOffset(batch, 0, this.end)
    // The leader's epoch.
    new DataView(batch.buffer, batch.byteOffset).setInt32(12, 0)
    this.#batches.push(batch)
    this.end += records
  }

  /** As many bytes, but one batch at least: like a broker, with a piece of the one that has no room. */
  from(offset: number, bytes: number): Uint8Array {
    const batches = this.#batches.filter(batch => {
      const { baseOffset, lastOffsetDelta } = readBatchHeader(batch, 0)
      return baseOffset + lastOffsetDelta >= offset
    })
    return Buffer.concat(batches).subarray(0, Math.max(batches[0]?.length ?? 0, bytes))
  }
}

/** Brokers in memory, which do what they are asked but for the troubles that a test has in store for them. */
export class FakeKafka implements FetchingCluster {
  readonly notices: Notice[] = []
  readonly notify = (notice: Notice) => void this.notices.push(notice)
  readonly partitions: readonly FakePartition[]
  readonly fetches: FetchAsked[] = []
  /** Nodes that cannot be reached. */
  readonly down = new Set<number>()
  forgotten = 0
  /** Answers to fetches whose bytes are not given back. */
  kept = 0
  readonly #waiting = new Set<() => void>()

  constructor(partitions: number) {
    this.partitions = Array.from({ length: partitions }, () => new FakePartition())
  }

  async leader(_topic: string, partition: number): Promise<number> {
    return this.partitions[partition].leader
  }

  forget(): void {
    this.forgotten++
  }

  async broker(node: number): Promise<FetchingConnection> {
    this.#check(node)
    const kafka = this
    return {
      get isOpen() {
        return !kafka.down.has(node)
      },
      send: async request => {
        const { value, release } = await this.#ask(node, request)
        release()
        return value
      },
      sendKeeping: request => this.#ask(node, request),
    }
  }

  /** Something has changed: whoever waits for records looks again. */
  tell(): void {
    for (const look of this.#waiting) look()
  }

  #check(node: number): void {
    if (this.down.has(node)) throw new KafkaDisconnected(`broker ${node}`, 'connection refused')
  }

  /** Bytes that are given back are overwritten, as by the next answer. */
  async #ask<T>(node: number, request: KafkaRequest<T>): Promise<Kept<T>> {
    this.#check(node)
    const writer = new RequestWriter()
    request.write(writer)
    const body = new ResponseReader(new Uint8Array(Buffer.concat(writer.finish())))
    const answer = new RequestWriter().i32(0)
    if (request.name === 'Fetch') await this.#fetch(node, body, answer)
    else if (request.name === 'ListOffsets') this.#listOffsets(body, answer)
    else this.#epochEnd(body, answer)
    this.#check(node)
    const bytes = new Uint8Array(Buffer.concat(answer.finish()))
    this.kept++
    const release = () => {
      this.kept--
      bytes.fill(0xff)
    }
    return { value: request.read(new ResponseReader(bytes)), release }
  }

  async #fetch(node: number, body: ResponseReader, answer: RequestWriter): Promise<void> {
    body.i32()
    const waitMs = body.i32()
    body.i32()
    const totalBytes = body.i32()
    body.at += 9
    const from = readTopic(body, () => {
      const partition = body.i32()
      body.i32()
      const offset = body.i64()
      body.i64()
      return { partition, offset, bytes: body.i32() }
    })
    this.fetches.push({ node, waitMs, totalBytes, from })
    const found = () => from.map(asked => this.#found(node, asked.partition, asked.offset, asked.bytes))
    const isNews = () => found().some(({ code, bytes }) => code !== KAFKA.NONE || bytes.length > 0)
    if (!isNews()) await this.#news(waitMs, isNews)
    answer
      .i16(0)
      .i32(0)
      .array(['in'], topic => {
        answer.text(topic).array(found(), ({ partition, code, bytes }) => {
          const { end, codes } = this.partitions[partition]
          codes.shift()
          answer.i32(partition).i16(code).i64(end).i64(end).i64(0).i32(-1).i32(-1).data(bytes)
        })
      })
  }

  #found(node: number, partition: number, offset: number, size: number) {
    const found = this.partitions[partition]
    const { leader, codes, start, end } = found
    const inRange = offset >= start && offset <= end ? KAFKA.NONE : KAFKA.OFFSET_OUT_OF_RANGE
    const code = codes[0] ?? (leader === node ? inRange : KAFKA.NOT_LEADER_OR_FOLLOWER)
    const bytes = code === KAFKA.NONE ? found.from(offset, size) : new Uint8Array(0)
    return { partition, code, bytes }
  }

  async #news(waitMs: number, isNews: () => boolean): Promise<void> {
    const stop = new AbortController()
    const look = () => {
      if (isNews()) stop.abort()
    }
    this.#waiting.add(look)
    await pause(waitMs, undefined, { signal: stop.signal }).catch(() => {})
    this.#waiting.delete(look)
  }

  #listOffsets(body: ResponseReader, answer: RequestWriter): void {
    body.at += 5
    const asked = readTopic(body, () => ({ partition: body.i32(), at: body.i64() }))
    answer.array(['in'], topic => {
      answer.text(topic).array(asked, ({ partition, at }) => {
        const { start, end } = this.partitions[partition]
        answer
          .i32(partition)
          .i16(0)
          .i64(-1)
          .i64(at === -2 ? start : end)
      })
    })
  }

  #epochEnd(body: ResponseReader, answer: RequestWriter): void {
    body.i32()
    const asked = readTopic(body, () => {
      const partition = body.i32()
      body.i64()
      return partition
    })
    answer.array(['in'], topic => {
      answer.text(topic).array(asked, partition => {
        answer.i16(0).i32(partition).i32(0).i64(this.partitions[partition].epochEnd)
      })
    })
  }
}

function readTopic<T>(body: ResponseReader, each: () => T): T[] {
  return body
    .array(() => {
      body.text()
      return body.array(each)
    })
    .flat()
}
