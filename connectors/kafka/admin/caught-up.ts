import type { SharedTask } from '../../../engine/home.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { groupPositions } from './groups.ts'
import { viewOffsets } from './offsets.ts'

/** Whether a group has committed positions at the ends of what earlier stages have written for these tasks. */
export async function haveCaughtUp(
  cluster: Cluster,
  group: string,
  tasks: readonly SharedTask[],
): Promise<boolean> {
  const topics = [...new Set(tasks.flatMap(({ repartitions = [] }) => repartitions))]
  const positions = await groupPositions(cluster, group)
  const reached = new Map(positions.map(({ topic, partition, offset }) => [`${topic}-${partition}`, offset]))
  const [starts, ends] = await Promise.all([
    viewOffsets(cluster, topics, 'earliest'),
    // What cannot be read yet is still to come.
    viewOffsets(cluster, topics, 'latest', 'all'),
  ])
  return tasks.every(({ repartitions = [], partition }) =>
    repartitions.every(topic => {
      const end = ends.get(topic)?.[partition]
      const read = reached.get(`${topic}-${partition}`) ?? starts.get(topic)?.[partition]
      return end !== undefined && read !== undefined && read >= end
    }),
  )
}
