import type { Cluster } from '../cluster/cluster.ts'
import type { Purpose } from '../cluster/links.ts'
import type { Connection } from '../net/connection.ts'

export type FetchingConnection = Pick<Connection, 'isOpen' | 'send' | 'sendKeeping'>

/** What reading needs of a cluster. */
export interface FetchingCluster extends Pick<Cluster, 'notify' | 'leader' | 'forget'> {
  broker(node: number, purpose: Purpose): Promise<FetchingConnection>
}
