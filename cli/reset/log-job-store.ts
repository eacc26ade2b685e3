import { assertJobIdle, forgetJob } from '../../connectors/log/forget-job.ts'
import { listTopics } from '../../connectors/log/topic-store.ts'
import type { Plan } from '../../engine/graph/plan.ts'
import { JobRun } from '../../engine/run.ts'
import type { Deployment } from '../config.ts'
import { homeOptions, openHome } from '../home.ts'
import { LogPlace } from '../place/log-place.ts'
import { newestTasks, readStored } from '../stored-state.ts'
import type { JobStore, JobTopics } from './job-store.ts'
import { topicsOf } from './job-store.ts'

/** What the embedded log keeps of a job. */
export class LogJobStore implements JobStore {
  private readonly deployment: Deployment
  private readonly planned: Plan
  private readonly topics: JobTopics

  constructor(deployment: Deployment, planned: Plan) {
    this.deployment = deployment
    this.planned = planned
    this.topics = topicsOf(planned)
  }

  async assertIdle(): Promise<void> {
    assertJobIdle(homeOptions(this.deployment), this.planned.job.name)
  }

  async kept(): Promise<string[]> {
    const { dataDir } = this.deployment
    const records = await readStored(new LogPlace(this.deployment), this.planned.job.name)
    const tasks = newestTasks(records)
    const there = listTopics(dataDir)
    const state = tasks.length === 0 ? [] : [`state and positions of ${tasks.length} tasks`]
    return [
      ...state,
      ...this.topics.between.filter(name => there.includes(name)).map(name => `topic ${name}`),
    ]
  }

  forget(): Promise<void> {
    return forgetJob(homeOptions(this.deployment), this.planned.job.name, this.topics)
  }

  async rewrite(resetSteps: readonly string[], change: (run: JobRun) => void): Promise<void> {
    const run = await JobRun.open(this.planned.job, { home: openHome(this.deployment), resetSteps })
    try {
      change(run)
      await run.commit()
    } finally {
      await run.close()
    }
  }
}
