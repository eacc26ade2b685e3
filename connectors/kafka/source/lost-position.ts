import { HeadraceError } from '../../../engine/errors.ts'
import type { Notify, OnLostPosition } from '../config.ts'
import { offsetForLeaderEpoch } from '../protocol/offset-for-leader-epoch.ts'
import { askLeader, offsetAt } from './ask-leader.ts'
import type { FetchingCluster } from './fetching-cluster.ts'
import type { PartitionIntake } from './partition-intake.ts'

/** What is to be done about a position that the broker does not have. */
export interface LostPositions {
  readonly onLostPosition: OnLostPosition
  readonly notify: Notify
  /** Who reads deletes what he has read: where it is gone and we have not read it, the task is another's by now. */
  readonly readerDeletes?: boolean
}

/** The broker says that the position is out of range: moves it as was asked for, or throws HR_POSITION_LOST. */
export async function findPosition(
  cluster: FetchingCluster,
  intake: PartitionIntake,
  lost: LostPositions,
): Promise<void> {
  const { position } = intake
  const [start, end] = await Promise.all([
    offsetAt(cluster, intake, 'earliest', 'all'),
    offsetAt(cluster, intake, 'latest', 'all'),
  ])
  // A leader that has just taken over may have known less than it knows now.
  if (position >= start && position <= end) return
  if (position < start && lost.readerDeletes && lost.onLostPosition === 'fail')
    throw readByAnother(intake, start)
  const why = position < start ? `the log begins at ${start} now` : `the log ends at ${end}`
  await move(cluster, intake, lost, { why, earliest: start })
}

/**
 * There may be another leader, and it may lack records that we have read, if it was elected though it had fallen
 * behind. What stands there now is not what would have followed.
 */
export async function checkHistory(
  cluster: FetchingCluster,
  intake: PartitionIntake,
  lost: LostPositions,
): Promise<void> {
  const { topic, partition, epoch, position } = intake
  if (epoch < 0) return
  const { endOffset } = await askLeader(cluster, intake, offsetForLeaderEpoch([{ topic, partition, epoch }]))
  if (endOffset < 0 || endOffset >= position) return
  const why = `its new leader has another log from ${endOffset} on`
  await move(cluster, intake, lost, { why, earliest: endOffset })
}

function readByAnother({ topic, partition, position }: PartitionIntake, start: number): HeadraceError {
  const message = `the records at offset ${position} are not there, the log begins at ${start} now: another process has taken over the task, or somebody has deleted them`
  return new HeadraceError('HR_TASK_FENCED', message, { topic, partition, offset: position })
}

async function move(
  cluster: FetchingCluster,
  intake: PartitionIntake,
  { onLostPosition, notify }: LostPositions,
  { why, earliest }: { readonly why: string; readonly earliest: number },
): Promise<void> {
  const { topic, partition, position } = intake
  const place = { topic, partition }
  const what = `the records at offset ${position} are not there: ${why}`
  if (onLostPosition === 'fail')
    throw new HeadraceError('HR_POSITION_LOST', what, { ...place, offset: position })
  const to = onLostPosition === 'earliest' ? earliest : await offsetAt(cluster, intake, 'latest', 'stable')
  intake.moveTo(to)
  notify({ message: `${what}; reading goes on at offset ${to}`, ...place })
}
