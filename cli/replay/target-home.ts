import type { KafkaHomeOptions } from '../../connectors/kafka/config.ts'
import { openLogHome } from '../../connectors/log/home.ts'
import type { Home, JobHome, PartitionSource, SharedTask, TopicRole } from '../../engine/home.ts'
import type { Deployment } from '../config.ts'
import { homeOptions, kafkaOptions } from '../home.ts'

/** Where a deployment has its topics, as a home that one who writes them works on. */
export async function openTargetHome(deployment: Deployment, note: (text: string) => void): Promise<Home> {
  const kafka = kafkaOptions(deployment)
  if (kafka === undefined) return openLogHome(homeOptions(deployment))
  const { KafkaHome } = await import('../../connectors/kafka/home.ts')
  const { noticeText } = await import('../../connectors/kafka/notice-text.ts')
  return new SoleWriter(await KafkaHome.open(withTopics(kafka), notice => note(noticeText(notice))))
}

type SharedKafka = Awaited<ReturnType<typeof import('../../connectors/kafka/home.ts').KafkaHome.open>>

/** Topics of results are made as they are needed, and what they have is not let go for being history. */
function withTopics(kafka: KafkaHomeOptions): KafkaHomeOptions {
  return { ...kafka, createTopics: { config: { 'retention.ms': '-1', ...kafka.createTopics?.config } } }
}

const task: SharedTask = { name: '0-0', stage: 0, partition: 0, inputs: [], stateful: false }

/** A home that tasks share, where one task writes all. */
class SoleWriter implements Home {
  private readonly home: SharedKafka

  constructor(home: SharedKafka) {
    this.home = home
  }

  partitions(topic: string): Promise<number | undefined> {
    return this.home.partitions(topic)
  }

  createTopic(topic: string, partitions: number, role?: TopicRole): Promise<void> {
    return this.home.createTopic(topic, partitions, role)
  }

  openSource(topic: string, partition: number, from?: 'earliest'): Promise<PartitionSource> {
    return this.home.openSource(topic, partition, from)
  }

  async openJob(job: string, outputs: readonly string[]): Promise<JobHome> {
    await this.home.prepare(job, [task])
    return this.home.openTask(job, task, outputs)
  }

  close(): Promise<void> {
    return this.home.close()
  }
}
