import type { Explanation } from '../../backtest/why/explanation.ts'
import type { Target } from '../../backtest/why/target.ts'
import { TracedRun } from '../../backtest/why/traced-run.ts'
import { Why } from '../../backtest/why/why.ts'
import { ofFirstStages } from '../../cli/replay/marks.ts'
import type { Job } from '../../engine/index.ts'
import type { TestJob } from '../../testing/test-job.ts'

/** Asks why a job that was run in a test has a row, over all that it was given. */
export async function explain(
  driver: TestJob,
  job: Job,
  target: Target,
  partitions = 1,
): Promise<Explanation> {
  await driver
  const { home, stores, models } = driver
  const { plan } = await driver.inspect()
  const sources = plan.stages.flatMap(({ inputs }) => inputs.filter(({ from }) => from === undefined))
  const stretches = sources.map(({ source: { name } }) => [
    name,
    Array.from({ length: partitions }, (_, k) => ({ from: 0, until: home.partition(name, k).published })),
  ])
  const run = new TracedRun({
    job,
    history: home,
    stretches: Object.fromEntries(stretches),
    versions: {},
    stores,
    models,
    marks: ofFirstStages(plan, home.marks.get(job.name) ?? []),
  })
  const why = new Why(job, target, run)
  try {
    return await why.explain(new AbortController().signal)
  } finally {
    why.close()
  }
}

/** The `id`s of the records of one fate. */
export function idsOf({ records }: Explanation, ...fates: string[]): number[] {
  return records
    .filter(({ fate }) => fates.includes(fate))
    .map(({ row }) => row.id as number)
    .sort((a, b) => a - b)
}
