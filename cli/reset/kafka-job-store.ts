import { forgetGroup, groupPositions, viewGroup } from '../../connectors/kafka/admin/groups.ts'
import { removeTopics, viewTopics } from '../../connectors/kafka/admin/topics.ts'
import type { KafkaHomeOptions, Notify } from '../../connectors/kafka/config.ts'
import { KafkaHome } from '../../connectors/kafka/home.ts'
import { jobOfState, marksTopic } from '../../connectors/kafka/state/job-topics.ts'
import { prepareJob, sharedTasks } from '../../engine/assemble.ts'
import { HeadraceError } from '../../engine/errors.ts'
import type { Plan } from '../../engine/graph/plan.ts'
import { JobRun } from '../../engine/run.ts'
import type { JobStore } from './job-store.ts'
import { topicsOf } from './job-store.ts'

/** What Kafka keeps of a job: topics of its own, and the offsets of its group. */
export class KafkaJobStore implements JobStore {
  private readonly home: KafkaHome
  private readonly planned: Plan

  static async open(options: KafkaHomeOptions, planned: Plan, notify: Notify): Promise<KafkaJobStore> {
    return new KafkaJobStore(await KafkaHome.open(options, notify), planned)
  }

  private constructor(home: KafkaHome, planned: Plan) {
    this.home = home
    this.planned = planned
  }

  async assertIdle(): Promise<void> {
    const { name: job } = this.planned.job
    const { members } = await viewGroup(this.home.cluster, job)
    if (members.length === 0) return
    const list = members.map(({ memberId, host }) => `${memberId} on ${host}`).join(', ')
    throw new HeadraceError('HR_JOB_ACTIVE', `at work: ${list}`, { job })
  }

  async kept(): Promise<string[]> {
    const { name: job } = this.planned.job
    const { state, between } = await this.ownTopics()
    const offsets = await groupPositions(this.home.cluster, job)
    const group = offsets.length === 0 ? [] : [`the offsets of group ${job}, of ${offsets.length} partitions`]
    return [...group, ...[...state, ...between].map(name => `topic ${name}`)]
  }

  /** The group comes first: the broker refuses that as long as it has members. */
  async forget(): Promise<void> {
    await this.assertIdle()
    const { cluster } = this.home
    await forgetGroup(cluster, this.planned.job.name)
    const { state, between } = await this.ownTopics()
    // State that names records which are not there any more is an error; records without state would be read twice.
    await removeTopics(cluster, between)
    await removeTopics(cluster, state)
  }

  async rewrite(resetSteps: readonly string[], change: (run: JobRun) => void): Promise<void> {
    const { home } = this
    const { job } = this.planned
    const prepared = await prepareJob(job, home)
    const tasks = sharedTasks(prepared)
    await home.prepare(job.name, tasks)
    for (const task of tasks) {
      const jobHome = await home.openTask(job.name, task, prepared.outputs)
      const only = (name: string) => name === task.name
      const run = await JobRun.start({ ...prepared, jobHome }, { home, only, resetSteps })
      try {
        change(run)
        await run.commit()
      } finally {
        await run.close()
      }
    }
  }

  close(): Promise<void> {
    return this.home.close()
  }

  /** Also of stages that the job does not have any more. */
  private async ownTopics(): Promise<{ state: string[]; between: string[] }> {
    const { name: job } = this.planned.job
    const all = (await viewTopics(this.home.cluster)).map(({ name }) => name)
    const isState = (name: string) => jobOfState(name) === job || name === marksTopic(job)
    const between = new Set(topicsOf(this.planned).between)
    return { state: all.filter(isState), between: all.filter(name => between.has(name)) }
  }
}
