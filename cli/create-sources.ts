import type { Plan } from '../engine/graph/plan.ts'
import type { Home } from '../engine/home.ts'

/** The topics that a job reads and that it does not itself write. */
export function sourceTopics({ stages }: Plan): string[] {
  const written = new Set(stages.flatMap(stage => stage.terminals.map(({ topic }) => topic.name)))
  const read = stages.flatMap(stage => stage.inputs.map(({ source }) => source.name))
  return [...new Set(read)].filter(name => !written.has(name))
}

/** Creates the source topics that are missing, so that a first run works; gives their names. */
export async function createSources(plan: Plan, home: Home, partitions: number): Promise<string[]> {
  const created: string[] = []
  for (const name of sourceTopics(plan)) {
    if ((await home.partitions(name)) !== undefined) continue
    await home.createTopic(name, partitions)
    created.push(name)
  }
  return created
}
