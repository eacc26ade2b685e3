import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ErrorPlace } from '../../../engine/errors.ts'
import type { Position } from '../../../engine/home.ts'
import { addOffsetsToTxn } from '../protocol/add-offsets-to-txn.ts'
import { addPartitionsToTxn } from '../protocol/add-partitions-to-txn.ts'
import type { TopicPartition } from '../protocol/by-topic.ts'
import { firstCode } from '../protocol/by-topic.ts'
import { endTxn } from '../protocol/end-txn.ts'
import { KAFKA } from '../protocol/kafka-errors.ts'
import type { KafkaRequest } from '../protocol/request.ts'
import type { TransactionOwner } from '../protocol/transaction-owner.ts'
import { txnOffsetCommit } from '../protocol/txn-offset-commit.ts'
import type { CoordinatedCluster, Coordinator } from './ask-coordinator.ts'
import { askCoordinator } from './ask-coordinator.ts'
import type { Commits } from './commits.ts'
import type { Producer } from './producer.ts'
import { renewed } from './producer-id.ts'
import { writingFault } from './writing-fault.ts'

export interface TransactionParts {
  readonly cluster: CoordinatedCluster
  readonly owner: TransactionOwner
  /** A transaction that is open for so long is aborted. */
  readonly timeoutMs: number
  /** The group whose offsets are committed too. */
  readonly group: string
  /** Written to in each transaction, and so announced with the first partition that is. */
  readonly always: TopicPartition
  readonly place: ErrorPlace
}

const errorOf = ({ error }: { readonly error: number }) => error

/** Exactly once: one transaction after the other under one transactional id, each begun by the first batch. */
export class Transactions implements Commits {
  private owner: TransactionOwner
  private readonly parts: TransactionParts
  private readonly transactions: Coordinator
  private readonly groups: Coordinator
  /** Decided: the broker may have been told, so that what was told has to stand. */
  private state: 'none' | 'open' | 'decided' = 'none'
  private readonly admitted = new Map<string, Promise<void>>()
  /** Partitions that are announced together, at the end of this turn of the event loop. */
  private gathered: TopicPartition[] = []
  private announced: Promise<void> | undefined
  private offsetsAnnounced: Promise<void> | undefined

  constructor(parts: TransactionParts) {
    const { cluster, owner, group } = parts
    this.owner = owner
    this.parts = parts
    this.transactions = { cluster, kind: 'transaction', key: owner.transactionalId }
    this.groups = { cluster, kind: 'group', key: group }
  }

  get identity(): TransactionOwner {
    return this.owner
  }

  admit(topic: string, partition: number): Promise<void> {
    this.begin()
    return this.announce({ topic, partition })
  }

  async commit(
    producer: Producer,
    checkpoint: () => void | Promise<void>,
    positions: readonly Position[],
  ): Promise<void> {
    this.begin()
    const written = async () => {
      await checkpoint()
      await producer.drained()
    }
    await Promise.all([written(), this.commitOffsets(positions)])
    // Closed meanwhile: then it is being aborted.
    producer.throwIfFailed()
    this.state = 'decided'
    let isAstray = false
    const lost = () => {
      isAstray = true
    }
    await this.ask(endTxn(this.owner, 'commit'), errorOf, this.transactions, lost)
    if (isAstray) await this.renew(producer)
    this.admitted.clear()
    this.state = 'none'
  }

  async abort(): Promise<void> {
    if (this.state !== 'open') return
    this.state = 'decided'
    await this.ask(endTxn(this.owner, 'abort'), errorOf)
  }

  /** A request to commit may still be on its way to the broker: it must not find the next transaction. */
  private async renew(producer: Producer): Promise<void> {
    const { cluster, timeoutMs, place } = this.parts
    this.owner = await renewed(cluster, this.owner, timeoutMs, place)
    producer.countAnew()
  }

  private begin(): void {
    if (this.state !== 'none') return
    this.state = 'open'
    void this.handled(this.announce(this.parts.always))
    this.offsetsAnnounced = this.handled(
      nextTurn().then(() => this.ask(addOffsetsToTxn(this.owner, this.parts.group), errorOf)),
    )
  }

  private announce(partition: TopicPartition): Promise<void> {
    const name = `${partition.topic}-${partition.partition}`
    const known = this.admitted.get(name)
    if (known !== undefined) return known
    this.gathered.push(partition)
    this.announced ??= nextTurn().then(() => {
      this.announced = undefined
      return this.ask(addPartitionsToTxn(this.owner, this.gathered.splice(0)), firstCode)
    })
    this.admitted.set(name, this.announced)
    return this.announced
  }

  private async commitOffsets(positions: readonly Position[]): Promise<void> {
    await this.offsetsAnnounced
    if (positions.length === 0) return
    const request = txnOffsetCommit(this.owner, this.parts.group, positions)
    await this.ask(request, firstCode, this.groups)
  }

  private async ask<T>(
    request: KafkaRequest<T>,
    codeOf: (answer: T) => number,
    coordinator = this.transactions,
    lost?: () => void,
  ): Promise<void> {
    const code = codeOf(await askCoordinator(coordinator, request, codeOf, lost))
    if (code === KAFKA.NONE) return
    throw writingFault(`${request.name} for ${coordinator.key}`, code, this.parts.place)
  }

  /** Whoever waits for it learns of a failure; that nobody does yet is none. */
  private handled(promise: Promise<void>): Promise<void> {
    promise.catch(() => {})
    return promise
  }
}
