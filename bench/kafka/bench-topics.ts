import { forgetGroup } from '../../connectors/kafka/admin/groups.ts'
import { removeTopics, viewTopics } from '../../connectors/kafka/admin/topics.ts'
import { Cluster } from '../../connectors/kafka/cluster/cluster.ts'
import { createTopics } from '../../connectors/kafka/protocol/create-topics.ts'
import { refused } from '../../connectors/kafka/protocol/kafka-errors.ts'
import { offsetAt } from '../../connectors/kafka/source/ask-leader.ts'
import { PARTITIONS } from '../events.ts'
import { say } from './say.ts'

const TIMEOUT_MS = 30_000

/** Makes and deletes the topics of the benchmarks. */
export class BenchTopics {
  private readonly cluster: Cluster

  static async open(brokers: readonly string[]): Promise<BenchTopics> {
    return new BenchTopics(await Cluster.open({ brokers }, say))
  }

  private constructor(cluster: Cluster) {
    this.cluster = cluster
  }

  async create(
    topic: string,
    config: Readonly<Record<string, string>> = {},
    partitions = PARTITIONS,
  ): Promise<void> {
    const controller = await this.cluster.controller()
    const request = createTopics([{ topic, partitions, replicationFactor: -1, config }], TIMEOUT_MS)
    for (const { error, message } of await controller.send(request)) {
      if (error !== 0) throw refused('CreateTopics', error, { topic }, message)
    }
  }

  /** Has `load` fill the topic, unless it holds so many records already: then it was filled before. */
  async filled(
    topic: string,
    records: number,
    config: Readonly<Record<string, string>>,
    load: () => Promise<void>,
  ): Promise<void> {
    if ((await this.records(topic)) === records) return
    await removeTopics(this.cluster, [topic])
    await this.create(topic, config)
    await load()
    const loaded = await this.records(topic)
    if (loaded !== records) throw new Error(`${topic} has ${loaded} records, ${records} were loaded`)
  }

  /** The topics of one run, whose names all hold its id, and its consumer group. */
  deleteRun(id: string, job: string): Promise<void> {
    return this.delete(job, name => name.includes(id))
  }

  /** Topics of a job, and its consumer group. */
  async delete(job: string, isIts: (topic: string) => boolean): Promise<void> {
    await removeTopics(this.cluster, (await this.names()).filter(isIts))
    await forgetGroup(this.cluster, job)
  }

  async names(): Promise<string[]> {
    return (await viewTopics(this.cluster)).map(({ name }) => name)
  }

  close(): Promise<void> {
    return this.cluster.close()
  }

  private async records(topic: string): Promise<number> {
    const partitions = (await this.cluster.partitions(topic)) ?? 0
    let records = 0
    for (let partition = 0; partition < partitions; partition++) {
      records += await offsetAt(this.cluster, { topic, partition }, 'latest', 'all')
    }
    return records
  }
}
