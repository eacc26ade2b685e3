import type { Command } from '../command.ts'
import { placeOptions } from '../command.ts'
import { loadDeployment } from '../config.ts'
import { jsonLine, print } from '../io.ts'
import { withPlace } from '../place/open-place.ts'
import type { PartitionView, TopicView } from '../place/place.ts'
import { tableLines } from '../table.ts'
import { shortBytes } from '../units.ts'

export const topics: Command = {
  name: 'topics',
  summary: 'list the topics, or the partitions of one',
  operands: ['[topic]'],
  options: {
    ...placeOptions,
    internal: { help: 'also the topics that Kafka keeps for itself' },
    json: { help: 'print JSON lines, one a topic' },
  },
  notes:
    'Of Kafka where brokers are configured, else of the embedded log. Records are counted by offsets: marks of ' +
    'transactions and what compaction has removed count too. Sizes are of one copy. Trouble is a partition that ' +
    'nobody leads, or that has fewer copies in step than it is to have.',
  examples: [
    'headrace topics --brokers localhost:9092',
    'headrace topics clicks',
    'headrace topics --data /var/lib/headrace --json',
  ],
  run: async (flags, io) => {
    const deployment = await loadDeployment(flags, io)
    const [only] = flags.operands
    return withPlace(deployment, io, async place => {
      const all = await place.view(only === undefined ? undefined : [only])
      const views = all.filter(({ internal }) => !internal || only !== undefined || flags.on('internal'))
      if (flags.on('json')) for (const view of views) print(io, jsonLine(view))
      else if (only !== undefined) print(io, ...partitionTable(views[0].partitions))
      else if (views.length === 0) print(io, `no topics in ${place.where}`)
      else print(io, ...topicTable(views))
      return undefined
    })
  },
}

/** The same, among the verbs of the log. */
export const logList: Command = {
  ...topics,
  name: 'log ls',
  examples: ['headrace log ls', 'headrace log ls clicks --data /var/lib/headrace'],
}

function topicTable(views: readonly TopicView[]): string[] {
  const headings = ['topic', 'partitions', 'records', 'size', 'retention', 'trouble']
  const rows = views.map(({ topic, partitions, records, bytes, retention, trouble }) => [
    topic,
    String(partitions.length),
    records.toLocaleString('en'),
    bytes === null ? '?' : shortBytes(bytes),
    retention ?? '?',
    trouble ?? '',
  ])
  // Without trouble there is no need of a column for it.
  const columns = views.some(({ trouble }) => trouble !== null) ? headings.length : headings.length - 1
  const cut = (cells: readonly string[]) => cells.slice(0, columns)
  return tableLines(cut(headings), rows.map(cut), ['partitions', 'records', 'size'])
}

function partitionTable(partitions: readonly PartitionView[]): string[] {
  const onKafka = partitions.some(({ leader }) => leader !== undefined)
  const more = onKafka ? ['leader', 'copies', 'in step'] : ['last timestamp']
  const rows = partitions.map(view => [
    String(view.partition),
    String(view.startOffset ?? '?'),
    String(view.endOffset ?? '?'),
    view.bytes === null ? '?' : shortBytes(view.bytes),
    ...(onKafka ? copiesOf(view) : [view.lastTimestamp ?? '']),
  ])
  const right = ['partition', 'start', 'end', 'size']
  return tableLines([...right, ...more], rows, right)
}

function copiesOf({ leader = -1, replicas = [], inSync = [] }: PartitionView): string[] {
  return [leader < 0 ? 'none' : String(leader), replicas.join(','), inSync.join(',')]
}
