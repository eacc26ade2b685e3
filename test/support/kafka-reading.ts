import type { TestContext } from 'node:test'
import { Cluster } from '../../connectors/kafka/cluster/cluster.ts'
import type { Notice } from '../../connectors/kafka/config.ts'
import { Fetchers } from '../../connectors/kafka/source/fetchers.ts'
import type { FetchingCluster } from '../../connectors/kafka/source/fetching-cluster.ts'
import type { KafkaSource, KafkaSourceOptions } from '../../connectors/kafka/source/source.ts'
import { openKafkaSource } from '../../connectors/kafka/source/source.ts'
import { RecordFeed } from '../../engine/io/record-feed.ts'
import { plainRecords } from './record-batches.ts'

/** Sources of one thread, with what they have told. */
export class KafkaReading {
  readonly fetchers: Fetchers
  readonly notices: Notice[]

  static async open(t: TestContext, brokers: readonly string[]): Promise<KafkaReading> {
    const notices: Notice[] = []
    const cluster = await Cluster.open({ brokers }, notice => notices.push(notice))
    t.after(() => cluster.close())
    return new KafkaReading(t, cluster, notices)
  }

  constructor(t: TestContext, cluster: FetchingCluster, notices: Notice[]) {
    this.fetchers = new Fetchers(cluster)
    this.notices = notices
    t.after(() => this.fetchers.close())
  }

  source(topic: string, partition: number, options: Partial<KafkaSourceOptions> = {}): Promise<KafkaSource> {
    return openKafkaSource(this.fetchers, topic, partition, {
      startFrom: 'earliest',
      onLostPosition: 'fail',
      notify: notice => this.notices.push(notice),
      ...options,
    })
  }

  async feed(
    topic: string,
    partition: number,
    options: Partial<KafkaSourceOptions> = {},
  ): Promise<RecordFeed> {
    const source = await this.source(topic, partition, options)
    const feed = new RecordFeed(source, topic, partition)
    feed.seek(source.startOffset())
    return feed
  }
}

const { signal } = new AbortController()

/** Reads on until the feed has reached an offset: the records, as `offset value`. */
export async function readTo(feed: RecordFeed, end: number): Promise<string[]> {
  const read: string[] = []
  while (feed.position < end) {
    if (await feed.fill()) {
      for (const { offset, value } of plainRecords(feed.spans)) read.push(`${offset} ${value}`)
    } else if (feed.position < end) await feed.source.changed(signal)
  }
  return read
}

/** What the next records, or the failure that comes in their place. */
export async function readOn(feed: RecordFeed): Promise<string[]> {
  while (!(await feed.fill())) await feed.source.changed(signal)
  return plainRecords(feed.spans).map(({ offset, value }) => `${offset} ${value}`)
}
