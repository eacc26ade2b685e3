import type { Notice } from '../../connectors/kafka/config.ts'
import { KafkaDisconnected } from '../../connectors/kafka/net/disconnected.ts'
import type { CoordinatedCluster } from '../../connectors/kafka/producer/ask-coordinator.ts'
import type { ProducingCluster } from '../../connectors/kafka/producer/producer.ts'
import type { KafkaRequest } from '../../connectors/kafka/protocol/request.ts'
import { RequestWriter } from '../../connectors/kafka/protocol/request-writer.ts'
import { ResponseReader } from '../../connectors/kafka/protocol/response-reader.ts'

/** A batch as a broker was sent it. */
export interface SentBatch {
  readonly node: number
  readonly request: number
  readonly topic: string
  readonly partition: number
  readonly bytes: Buffer
}

type Trouble = number | 'disconnect' | 'lost answer'

/** Brokers that do what they are asked, but for the troubles that a test has in store for them. */
export class ScriptedCluster implements ProducingCluster, CoordinatedCluster {
  readonly notices: Notice[] = []
  readonly notify = (notice: Notice) => void this.notices.push(notice)
  /** All requests, by name. */
  readonly asked: string[] = []
  readonly sent: SentBatch[] = []
  /** EndTxn, as the coordinator has decided: what it was told last does not count, what it was told first does. */
  readonly decided: ('commit' | 'abort')[] = []
  readonly announced: string[] = []
  readonly forgotten: string[] = []
  /** From where on partitions keep their records. */
  readonly kept: string[] = []
  /** The leader of a partition. */
  leaderOf = (_topic: string, partition: number) => partition % 2
  /** Requests wait for it before they are answered. */
  gate: Promise<void> = Promise.resolve()
  private readonly troubles = new Map<string, Trouble[]>()
  private offset = 0

  /** What becomes of the next requests of a name, one after the other. */
  next(name: string, ...troubles: readonly Trouble[]): void {
    this.troubles.set(name, [...troubles])
  }

  count(name: string): number {
    return this.asked.filter(asked => asked === name).length
  }

  async leader(topic: string, partition: number): Promise<number> {
    return this.leaderOf(topic, partition)
  }

  async coordinator(): Promise<number> {
    return 7
  }

  forget(topic: string): void {
    this.forgotten.push(topic)
  }

  forgetCoordinator(kind: string): void {
    this.forgotten.push(kind)
  }

  async broker(node: number): ReturnType<CoordinatedCluster['broker']> {
    return { send: request => this.answer(node, request) }
  }

  private async answer<T>(node: number, request: KafkaRequest<T>): Promise<T> {
    const { name } = request
    this.asked.push(name)
    const writer = new RequestWriter()
    request.write(writer)
    const body = new ResponseReader(new Uint8Array(Buffer.concat(writer.finish())))
    const trouble = this.troubles.get(name)?.shift()
    if (trouble === 'disconnect') throw new KafkaDisconnected(`broker ${node}`, 'connection reset')
    const code = typeof trouble === 'number' ? trouble : 0
    const answer = new RequestWriter()
    if (name === 'Produce') this.produced(node, body, answer, code)
    else if (name === 'AddPartitionsToTxn') this.partitionsAdded(body, answer.i32(0), code)
    else if (name === 'EndTxn') this.ended(body, answer.i32(0), code)
    else if (name === 'TxnOffsetCommit' || name === 'OffsetCommit') codes(answer.i32(0), [['in', 0]], code)
    else if (name === 'DeleteRecords') this.deleted(body, answer.i32(0), code)
    else if (name === 'InitProducerId') answer.i32(0).i16(code).i64(5).i16(3)
    else answer.i32(0).i16(code)
    await this.gate
    if (trouble === 'lost answer') throw new KafkaDisconnected(`broker ${node}`, 'connection reset')
    return request.read(new ResponseReader(Buffer.concat(answer.finish())))
  }

  private produced(node: number, body: ResponseReader, answer: RequestWriter, code: number): void {
    body.nullableText()
    body.i16()
    body.i32()
    const request = this.count('Produce')
    const batches = body
      .array(() => {
        const topic = body.text()
        return body.array(() => ({
          ...{ node, request, topic, partition: body.i32() },
          bytes: Buffer.from(body.data()),
        }))
      })
      .flat()
    this.sent.push(...batches)
    answer.array(batches, ({ topic, partition }) => {
      answer.text(topic).array([partition], () => {
        answer
          .i32(partition)
          .i16(code)
          .i64(code === 0 ? this.offset++ : -1)
          .i64(-1)
          .i64(0)
        answer.array([], () => {}).text(null)
      })
    })
    answer.i32(0)
  }

  private partitionsAdded(body: ResponseReader, answer: RequestWriter, code: number): void {
    skipOwner(body)
    const added = body
      .array(() => {
        const topic = body.text()
        return body.array(() => [topic, body.i32()] as const)
      })
      .flat()
    if (code === 0) this.announced.push(added.map(([topic, partition]) => `${topic}-${partition}`).join(' '))
    codes(answer, added, code)
  }

  private deleted(body: ResponseReader, answer: RequestWriter, code: number): void {
    const [{ topic, partition, offset }] = body.array(() => {
      const [topic] = [body.text(), body.i32()] as const
      return { topic, partition: body.i32(), offset: body.i64() }
    })
    if (code === 0) this.kept.push(`${topic}-${partition} ${offset}`)
    answer.array([0], () => {
      answer.text(topic).array([partition], () => answer.i32(partition).i64(offset).i16(code))
    })
  }

  private ended(body: ResponseReader, answer: RequestWriter, code: number): void {
    skipOwner(body)
    if (code === 0) this.decided.push(body.bool() ? 'commit' : 'abort')
    answer.i16(code)
  }
}

function skipOwner(body: ResponseReader): void {
  body.text()
  body.i64()
  body.i16()
}

function codes(to: RequestWriter, partitions: readonly (readonly [string, number])[], code: number): void {
  to.array(partitions, ([topic, partition]) => {
    to.text(topic).array([partition], () => to.i32(partition).i16(code))
  })
}
