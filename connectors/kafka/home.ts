import { HeadraceError } from '../../engine/errors.ts'
import type {
  GroupPlan,
  JobHome,
  Membership,
  PartitionSource,
  SharedHome,
  SharedTask,
  TopicRole,
} from '../../engine/home.ts'
import { haveCaughtUp } from './admin/caught-up.ts'
import { Cluster } from './cluster/cluster.ts'
import type { KafkaConnect, KafkaHomeOptions, Notify } from './config.ts'
import { KafkaMembership } from './group/membership.ts'
import { UnsentRoom } from './producer/unsent-room.ts'
import type { GroupIdentity } from './protocol/offset-commit.ts'
import { Fetchers } from './source/fetchers.ts'
import { openKafkaSource } from './source/source.ts'
import { createTopic, topicFor } from './state/create-topic.ts'
import { isRepartition } from './state/job-topics.ts'
import { prepareTopics } from './state/topics.ts'
import { KafkaTaskHome } from './task-home.ts'

/** A Kafka cluster as the home of topics, of tasks' states, and of the groups that share tasks. */
export class KafkaHome implements SharedHome {
  readonly cluster: Cluster
  private readonly options: Omit<KafkaHomeOptions, keyof KafkaConnect>
  private readonly fetchers: Fetchers
  private readonly room = new UnsentRoom()
  private identity: GroupIdentity | null = null

  static async open(options: KafkaHomeOptions, notify: Notify): Promise<KafkaHome> {
    // Without the secrets: whoever prints a home, or a task's, is not to print them.
    const { brokers: _brokers, clientId: _id, tls: _tls, sasl: _sasl, ...used } = options
    return new KafkaHome(await Cluster.open(options, notify), used)
  }

  private constructor(cluster: Cluster, options: Omit<KafkaHomeOptions, keyof KafkaConnect>) {
    this.cluster = cluster
    this.options = options
    this.fetchers = new Fetchers(cluster)
  }

  partitions(topic: string): Promise<number | undefined> {
    return this.cluster.partitions(topic)
  }

  async createTopic(topic: string, partitions: number, role: TopicRole = 'output'): Promise<void> {
    if (role === 'output' && this.options.createTopics === undefined) {
      const message = `there is no such topic to write to: create it (the job would take ${partitions} partitions), or allow it with createTopics`
      throw new HeadraceError('HR_TOPIC_UNKNOWN', message, { topic })
    }
    await createTopic(this.cluster, topicFor(role, topic, partitions, this.options))
  }

  openSource(topic: string, partition: number, from?: 'earliest'): Promise<PartitionSource> {
    const { startFrom = 'earliest', onLostPosition = 'fail' } = this.options
    return openKafkaSource(this.fetchers, topic, partition, {
      startFrom: from ?? startFrom,
      onLostPosition,
      notify: this.cluster.notify,
      // What an earlier stage has written is still to come, although it cannot be read yet.
      ...(isRepartition(topic) && { end: 'all', readerDeletes: true }),
    })
  }

  prepare(job: string, tasks: readonly SharedTask[]): Promise<void> {
    return prepareTopics(this.cluster, job, tasks, this.options)
  }

  openTask(job: string, task: SharedTask, outputs: readonly string[]): Promise<JobHome> {
    const membership = () => this.identity
    return KafkaTaskHome.open(this.cluster, this.fetchers, {
      ...this.options,
      job,
      task,
      outputs,
      membership,
      room: this.room,
    })
  }

  admit(pass: unknown): void {
    this.identity = pass as GroupIdentity
  }

  async join(plan: GroupPlan): Promise<Membership> {
    const { sessionTimeoutMs, groupInstanceId } = this.options
    return KafkaMembership.join(this.cluster, plan, {
      notify: this.cluster.notify,
      ...(sessionTimeoutMs !== undefined && { sessionTimeoutMs }),
      ...(groupInstanceId !== undefined && { instanceId: groupInstanceId }),
    })
  }

  haveCaughtUp(job: string, tasks: readonly SharedTask[]): Promise<boolean> {
    return haveCaughtUp(this.cluster, job, tasks)
  }

  close(): Promise<void> {
    this.fetchers.close()
    return this.cluster.close()
  }
}
