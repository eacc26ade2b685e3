import { Cluster } from '../../connectors/kafka/cluster/cluster.ts'
import { refused } from '../../connectors/kafka/protocol/kafka-errors.ts'
import { produce } from '../../connectors/kafka/protocol/produce.ts'
import { offsetAt } from '../../connectors/kafka/source/ask-leader.ts'
import { say } from './say.ts'

const IN_FLIGHT = 16
const TIMEOUT_MS = 30_000

/** Sends finished record batches to one topic, in order; nothing is sent twice: a failure is the end of it. */
export class Loader {
  private readonly cluster: Cluster
  private readonly topic: string
  private readonly inFlight = new Set<Promise<void>>()

  static async open(brokers: readonly string[], topic: string): Promise<Loader> {
    const cluster = await Cluster.open({ brokers }, say)
    const partitions = (await cluster.partitions(topic)) ?? 0
    // The leader of a topic that was just made may not know of it yet, and refuse what is sent.
    for (let partition = 0; partition < partitions; partition++) {
      await offsetAt(cluster, { topic, partition }, 'latest', 'all')
    }
    return new Loader(cluster, topic)
  }

  private constructor(cluster: Cluster, topic: string) {
    this.cluster = cluster
    this.topic = topic
  }

  /** Resolves when there is room for the next one; the bytes are copied. */
  async append(partition: number, batch: Uint8Array): Promise<void> {
    const sent = this.send(partition, new Uint8Array(batch))
    this.inFlight.add(sent)
    void sent.then(
      () => this.inFlight.delete(sent),
      () => {},
    )
    if (this.inFlight.size >= IN_FLIGHT) await Promise.race(this.inFlight)
  }

  /** Resolves when all of it is acknowledged. */
  async flush(): Promise<void> {
    await Promise.all(this.inFlight)
  }

  close(): Promise<void> {
    return this.cluster.close()
  }

  private async send(partition: number, bytes: Uint8Array): Promise<void> {
    const { topic } = this
    const connection = await this.cluster.broker(await this.cluster.leader(topic, partition), 'data')
    const request = produce({
      transactionalId: null,
      timeoutMs: TIMEOUT_MS,
      batches: [{ topic, partition, bytes }],
    })
    for (const { error, message } of await connection.send(request)) {
      if (error !== 0) throw refused('Produce', error, { topic, partition }, message)
    }
  }
}

/** Opens a loader for the time that the work takes, and sees all of it acknowledged. */
export async function loading(
  brokers: readonly string[],
  topic: string,
  work: (loader: Loader) => Promise<void>,
): Promise<void> {
  const loader = await Loader.open(brokers, topic)
  try {
    await work(loader)
    await loader.flush()
  } finally {
    await loader.close()
  }
}
