import type { Cluster } from '../cluster/cluster.ts'
import { RetriableError } from '../cluster/retry.ts'
import { KafkaDisconnected } from '../net/disconnected.ts'
import { kafkaError } from '../protocol/kafka-errors.ts'
import type { KafkaRequest } from '../protocol/request.ts'

/** The broker that keeps a group, wherever that is. */
export class GroupCoordinator {
  readonly group: string
  private readonly cluster: Cluster

  constructor(cluster: Cluster, group: string) {
    this.cluster = cluster
    this.group = group
  }

  /** Rejects with KafkaDisconnected or RetriableError where another attempt may work, with another coordinator. */
  async ask<T extends { readonly error: number }>(
    request: KafkaRequest<T>,
    purpose: 'group' | 'data' = 'group',
    timeoutMs?: number,
  ): Promise<T> {
    const node = await this.cluster.coordinator('group', this.group)
    try {
      const connection = await this.cluster.broker(node, purpose)
      const answer = await connection.send(request, timeoutMs)
      const { retriable, staleMetadata } = kafkaError(answer.error)
      if (staleMetadata) this.forget()
      if (retriable) throw new RetriableError(request.name, answer.error)
      return answer
    } catch (error) {
      if (error instanceof KafkaDisconnected) this.forget()
      throw error
    }
  }

  private forget(): void {
    this.cluster.forgetCoordinator('group', this.group)
  }
}
