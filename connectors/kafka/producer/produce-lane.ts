import { HeadraceError } from '../../../engine/errors.ts'
import { limits } from '../../../engine/limits.ts'
import type { ProduceAnswer, ProducedBatch } from '../protocol/produce.ts'
import { produce } from '../protocol/produce.ts'
import type { AskedBrokers } from './ask-coordinator.ts'

interface Waiting {
  readonly batch: ProducedBatch
  resolve(answer: ProduceAnswer): void
  reject(error: unknown): void
}

/** The batches for one broker: those that are ready within one turn of the event loop go in one request. */
export class ProduceLane {
  private readonly cluster: AskedBrokers
  private readonly node: number
  private readonly transactionalId: string | null
  private waiting: Waiting[] = []

  constructor(cluster: AskedBrokers, node: number, transactionalId: string | null) {
    this.cluster = cluster
    this.node = node
    this.transactionalId = transactionalId
  }

  /** Resolves with what the broker says, good or bad. A partition must not be given a batch while it has one here. */
  send(batch: ProducedBatch): Promise<ProduceAnswer> {
    if (this.waiting.length === 0) setImmediate(() => this.flush())
    return new Promise((resolve, reject) => this.waiting.push({ batch, resolve, reject }))
  }

  private flush(): void {
    let request: Waiting[] = []
    let bytes = 0
    for (const one of this.waiting.splice(0)) {
      const { length } = one.batch.bytes
      if (request.length > 0 && bytes + length > limits.kafkaProduceBytes) {
        void this.request(request)
        request = []
        bytes = 0
      }
      request.push(one)
      bytes += length
    }
    void this.request(request)
  }

  private async request(waiting: readonly Waiting[]): Promise<void> {
    try {
      const connection = await this.cluster.broker(this.node, 'data')
      const answers = await connection.send(
        produce({
          transactionalId: this.transactionalId,
          timeoutMs: limits.kafkaReplicasMs,
          batches: waiting.map(({ batch }) => batch),
        }),
      )
      for (const { batch, resolve } of waiting) resolve(answerFor(batch, answers))
    } catch (error) {
      for (const { reject } of waiting) reject(error)
    }
  }
}

function answerFor({ topic, partition }: ProducedBatch, answers: readonly ProduceAnswer[]): ProduceAnswer {
  const answer = answers.find(one => one.partition === partition && one.topic === topic)
  if (answer !== undefined) return answer
  throw new HeadraceError('HR_KAFKA_PROTOCOL', 'an answer to Produce leaves a partition out', {
    topic,
    partition,
  })
}
