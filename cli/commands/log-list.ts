import fs from 'node:fs'
import path from 'node:path'
import { withLogErrors } from '../../connectors/log/log-errors.ts'
import { PartitionReader } from '../../connectors/log/partition-reader.ts'
import { describeTopic, listTopics, partitionDirectory } from '../../connectors/log/topic-store.ts'
import type { Command } from '../command.ts'
import { placeOptions } from '../command.ts'
import { loadDeployment } from '../config.ts'
import { jsonLine, print } from '../io.ts'
import { timeText } from '../status.ts'
import { tableLines } from '../table.ts'
import { shortBytes } from '../units.ts'

interface PartitionView {
  readonly partition: number
  readonly startOffset: number
  readonly endOffset: number
  readonly bytes: number
  readonly lastTimestamp: string | null
}

interface TopicView {
  readonly topic: string
  readonly partitions: readonly PartitionView[]
  readonly records: number
  readonly bytes: number
}

export const logList: Command = {
  name: 'log ls',
  summary: 'list the topics of the embedded log, or the partitions of one',
  operands: ['[topic]'],
  options: { ...placeOptions, json: { help: 'print JSON lines, one a topic' } },
  examples: ['headrace log ls', 'headrace log ls clicks --data /var/lib/headrace'],
  run: async (flags, io) => {
    const { dataDir } = await loadDeployment(flags, io)
    const [only] = flags.operands
    const views = (only === undefined ? listTopics(dataDir) : [only]).map(topic => viewTopic(dataDir, topic))
    if (flags.on('json')) for (const view of views) print(io, jsonLine(view))
    else if (only !== undefined) print(io, ...partitionTable(views[0].partitions))
    else if (views.length === 0) print(io, `no topics in ${dataDir}`)
    else print(io, ...topicTable(views))
    return undefined
  },
}

function viewTopic(dataDir: string, topic: string): TopicView {
  const count = describeTopic(dataDir, topic).partitions
  const partitions = Array.from({ length: count }, (_, partition) => viewPartition(dataDir, topic, partition))
  const records = partitions.reduce((sum, { startOffset, endOffset }) => sum + endOffset - startOffset, 0)
  const bytes = partitions.reduce((sum, partition) => sum + partition.bytes, 0)
  return { topic, partitions, records, bytes }
}

function viewPartition(dataDir: string, topic: string, partition: number): PartitionView {
  const directory = partitionDirectory(dataDir, topic, partition)
  const reader = PartitionReader.open(directory)
  try {
    const last = reader.lastTimestamp()
    return {
      partition,
      startOffset: reader.startOffset(),
      endOffset: reader.endOffset(),
      bytes: sizeOf(directory),
      lastTimestamp: last === undefined ? null : timeText(last),
    }
  } finally {
    reader.close()
  }
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

function topicTable(views: readonly TopicView[]): string[] {
  const rows = views.map(({ topic, partitions, records, bytes }) => [
    topic,
    String(partitions.length),
    records.toLocaleString('en'),
    shortBytes(bytes),
  ])
  return tableLines(['topic', 'partitions', 'records', 'size'], rows, ['partitions', 'records', 'size'])
}

function partitionTable(partitions: readonly PartitionView[]): string[] {
  const rows = partitions.map(({ partition, startOffset, endOffset, bytes, lastTimestamp }) => [
    String(partition),
    String(startOffset),
    String(endOffset),
    shortBytes(bytes),
    lastTimestamp ?? '',
  ])
  const headings = ['partition', 'start', 'end', 'size', 'last timestamp']
  return tableLines(headings, rows, headings.slice(0, -1))
}
