import type { Purpose } from '../cluster/links.ts'
import { RetriableError } from '../cluster/retry.ts'
import type { Connection } from '../net/connection.ts'
import { KafkaDisconnected } from '../net/disconnected.ts'
import { kafkaError } from '../protocol/kafka-errors.ts'
import type { KafkaRequest } from '../protocol/request.ts'

/** What a member needs of a cluster. */
export interface GroupCluster {
  coordinator(kind: 'group', key: string): Promise<number>
  forgetCoordinator(kind: 'group', key: string): void
  broker(node: number, purpose: Purpose): Promise<Pick<Connection, 'send'>>
}

/** The broker that keeps a group, wherever that is. */
export class GroupCoordinator {
  readonly group: string
  private readonly cluster: GroupCluster

  constructor(cluster: GroupCluster, group: string) {
    this.cluster = cluster
    this.group = group
  }

  /** Rejects with KafkaDisconnected or RetriableError where another attempt may work, with another coordinator. */
  async ask<T extends { readonly error: number }>(
    request: KafkaRequest<T>,
    purpose: Purpose = 'group',
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
