import fs from 'node:fs'
import path from 'node:path'
import type { LogHome } from '../../connectors/log/home.ts'
import { listJobStates, readCommitted, readJobMarks, readJobState } from '../../connectors/log/job-state.ts'
import { withLogErrors } from '../../connectors/log/log-errors.ts'
import { PartitionReader } from '../../connectors/log/partition-reader.ts'
import { LogProducer } from '../../connectors/log/producer.ts'
import { describeTopic, listTopics, partitionDirectory } from '../../connectors/log/topic-store.ts'
import type { CheckpointRecord, PartitionSource, Position, TaskMark } from '../../engine/home.ts'
import type { Committed } from '../../engine/recovery/committed.ts'
import type { Deployment } from '../config.ts'
import { openHome } from '../home.ts'
import { timeText } from '../status.ts'
import { newestTasks, readStored } from '../stored-state.ts'
import type { Appender, Moment, PartitionView, Place, TopicView, Worker } from './place.ts'
import { recordsOf, sumOrNull } from './place.ts'
import { retentionText } from './retention-text.ts'

/** The embedded log in a data directory. */
export class LogPlace implements Place {
  readonly where: string
  private readonly home: LogHome
  private readonly dataDir: string

  constructor(deployment: Deployment) {
    this.dataDir = deployment.dataDir
    this.where = deployment.dataDir
    this.home = openHome(deployment)
  }

  partitions(topic: string): Promise<number | undefined> {
    return this.home.partitions(topic)
  }

  openSource(topic: string, partition: number): Promise<PartitionSource> {
    return this.home.openSource(topic, partition)
  }

  createTopic(topic: string, partitions: number): Promise<void> {
    return this.home.createTopic(topic, partitions)
  }

  async openAppender(topic: string): Promise<Appender> {
    const producer = LogProducer.open(topic, this.home.config)
    return {
      partitions: producer.partitions,
      append: (partition, batch) => void producer.append(partition, batch),
      commit: () => producer.commit(),
      close: () => producer.close(),
    }
  }

  async view(names: readonly string[] = listTopics(this.dataDir)): Promise<TopicView[]> {
    return names.map(topic => this.viewTopic(topic))
  }

  async offsets(topic: string, at: Moment): Promise<number[]> {
    const { partitions } = describeTopic(this.dataDir, topic)
    return Array.from({ length: partitions }, (_, partition) =>
      this.read(topic, partition, reader => offsetAt(reader, at)),
    )
  }

  async positions(job: string): Promise<Position[]> {
    return newestTasks(await readStored(this, job)).flatMap(({ name, inputs }) =>
      inputs.map(({ topic, position }) => ({
        topic,
        partition: Number(name.split('-')[1]),
        offset: position,
      })),
    )
  }

  /** Whoever it is holds locks, and is not known by name. */
  async workers(): Promise<Worker[]> {
    return []
  }

  async stored(job: string): Promise<CheckpointRecord[]> {
    return readJobState(this.dataDir, job)
  }

  committed(job: string): Promise<Committed> {
    return readCommitted(this.dataDir, job)
  }

  async marks(job: string): Promise<TaskMark[]> {
    return readJobMarks(this.dataDir, job)
  }

  async jobs(): Promise<string[]> {
    return listJobStates(this.dataDir)
  }

  close(): Promise<void> {
    return this.home.close()
  }

  private viewTopic(topic: string): TopicView {
    const { partitions: count, retentionMs, retentionBytes } = describeTopic(this.dataDir, topic)
    const partitions = Array.from({ length: count }, (_, partition) => this.viewPartition(topic, partition))
    return {
      topic,
      partitions,
      records: recordsOf(partitions),
      bytes: sumOrNull(partitions.map(({ bytes }) => bytes)),
      retention: retentionText(retentionMs, retentionBytes),
      trouble: null,
      internal: false,
    }
  }

  private viewPartition(topic: string, partition: number): PartitionView {
    const bytes = sizeOf(partitionDirectory(this.dataDir, topic, partition))
    return this.read(topic, partition, reader => {
      const last = reader.lastTimestamp()
      return {
        partition,
        startOffset: reader.startOffset(),
        endOffset: reader.endOffset(),
        bytes,
        lastTimestamp: last === undefined ? null : timeText(last),
      }
    })
  }

  private read<T>(topic: string, partition: number, look: (reader: PartitionReader) => T): T {
    const reader = PartitionReader.open(partitionDirectory(this.dataDir, topic, partition))
    try {
      return look(reader)
    } finally {
      reader.close()
    }
  }
}

function offsetAt(reader: PartitionReader, at: Moment): number {
  if (at === 'earliest') return reader.startOffset()
  return at === 'latest' ? reader.endOffset() : reader.offsetForTime(at)
}

function sizeOf(directory: string): number {
  return withLogErrors(directory, () =>
    fs
      .readdirSync(directory)
      .filter(name => name.endsWith('.log'))
      .reduce(
        (sum, name) => sum + (fs.statSync(path.join(directory, name), { throwIfNoEntry: false })?.size ?? 0),
        0,
      ),
  )
}
