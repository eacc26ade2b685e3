import type { Settings } from './node.ts'

/** What each broker of the tests has in common, as much as a cluster of this size allows. */
export function commonSettings(nodes: number): Settings {
  const replicas = Math.min(nodes, 3)
  const inSync = replicas > 1 ? 2 : 1
  return {
    'process.roles': 'broker,controller',
    'controller.listener.names': 'CONTROLLER',
    'auto.create.topics.enable': false,
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': inSync,
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 500,
    'transaction.abort.timed.out.transaction.cleanup.interval.ms': 1000,
    // A third of the heap otherwise.
    'log.cleaner.dedupe.buffer.size': 16_777_216,
    // Event times of the tests lie where they like: nothing expires by itself.
    'log.retention.ms': -1,
    // Preallocated for each partition otherwise, 10 MB a file.
    'log.index.size.max.bytes': 1_048_576,
    // A node that died may come back when its session has ended: 9 s by default.
    'broker.session.timeout.ms': 3000,
    'broker.heartbeat.interval.ms': 500,
  }
}
