import type { GroupCluster } from '../../connectors/kafka/group/coordinator.ts'
import { KafkaDisconnected } from '../../connectors/kafka/net/disconnected.ts'
import { KAFKA } from '../../connectors/kafka/protocol/kafka-errors.ts'
import type { KafkaRequest } from '../../connectors/kafka/protocol/request.ts'
import { RequestWriter } from '../../connectors/kafka/protocol/request-writer.ts'
import { ResponseReader } from '../../connectors/kafka/protocol/response-reader.ts'

/** What the coordinator does with a request instead of answering it as it should. */
export type Trouble = number | 'silence' | 'disconnect'

/** A coordinator whose group has a single member, and that fails as a test wants it to. */
export class CoordinatorOfOne implements GroupCluster {
  /** By the name of the request; what is there once is done once. */
  readonly troubles = new Map<string, Trouble[]>()
  /** What it does until told otherwise. */
  readonly lasting = new Map<string, Trouble>()
  readonly asked: string[] = []
  generation = 0
  lookups = 0
  private metadata: Uint8Array = new Uint8Array(0)
  private known = false

  async coordinator(): Promise<number> {
    if (!this.known) this.lookups += 1
    this.known = true
    return 1
  }

  forgetCoordinator(): void {
    this.known = false
  }

  async broker(): ReturnType<GroupCluster['broker']> {
    return { send: request => this.answer(request) }
  }

  once(request: string, ...troubles: readonly Trouble[]): void {
    this.troubles.set(request, [...troubles])
  }

  count(request: string): number {
    return this.asked.filter(name => name === request).length
  }

  private async answer<T>(request: KafkaRequest<T>): Promise<T> {
    this.asked.push(request.name)
    const trouble = this.troubles.get(request.name)?.shift() ?? this.lasting.get(request.name)
    if (trouble === 'silence') return new Promise<never>(() => {})
    if (trouble === 'disconnect') throw new KafkaDisconnected('broker:9092', 'connection reset')
    const body = new ResponseReader(Buffer.concat(bytesOf(request)))
    const answer = new RequestWriter().i32(0).i16(trouble ?? KAFKA.NONE)
    if (request.name === 'JoinGroup') this.join(body, answer, trouble === undefined)
    if (request.name === 'SyncGroup')
      answer.data(trouble === undefined ? assignmentIn(body) : new Uint8Array(0))
    return request.read(new ResponseReader(Buffer.concat(answer.finish())))
  }

  private join(body: ResponseReader, answer: RequestWriter, agreed: boolean): void {
    body.text()
    body.i32()
    body.i32()
    const member = body.text() || `member-${this.asked.length}`
    body.nullableText()
    body.text()
    body.i32()
    body.text()
    this.metadata = new Uint8Array(body.data())
    if (agreed) this.generation += 1
    answer.i32(this.generation).text('headrace').text(member).text(member)
    answer.array([this.metadata], metadata => answer.text(member).text(null).data(metadata))
  }
}

function bytesOf(request: KafkaRequest<unknown>): Uint8Array[] {
  const to = new RequestWriter()
  request.write(to)
  return to.finish()
}

/** The leader's word for the first member, who is the only one. */
function assignmentIn(body: ResponseReader): Uint8Array {
  body.text()
  body.i32()
  body.text()
  body.nullableText()
  const assignments = body.array(() => {
    body.text()
    return body.data()
  })
  return new Uint8Array(assignments[0])
}
