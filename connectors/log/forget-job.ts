import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { lockDirectory } from '../../engine/files/dir-lock.ts'
import { stateErrorCodes, stateFault } from '../../engine/state/log/state-faults.ts'
import type { LogHomeOptions } from './config.ts'
import { completeConfig, stateDirectory } from './config.ts'
import { LogJobHome } from './job-home.ts'
import { deleteTopic, listTopics } from './topic-store.ts'

/** HR_STATE_LOCKED while a process works on the job. */
export function assertJobIdle({ dir }: LogHomeOptions, job: string): void {
  const directory = stateDirectory(dir, job)
  if (fs.existsSync(directory)) lockDirectory(directory, stateErrorCodes).release()
}

/**
 * Drops the state of a job with its positions and marks, and the topics between its stages. What it has committed to
 * other topics stays, and is settled before: only the state knows whether it counts.
 */
export async function forgetJob(
  options: LogHomeOptions,
  job: string,
  { outputs, between }: { readonly outputs: readonly string[]; readonly between: readonly string[] },
): Promise<void> {
  const config = completeConfig(options)
  const there = listTopics(config.dir)
  const directory = stateDirectory(config.dir, job)
  const isThere = (topic: string) => there.includes(topic)
  const held = fs.existsSync(directory)
    ? LogJobHome.open(config, job, [...new Set([...outputs, ...between])].filter(isThere))
    : undefined
  try {
    // State that names what is not there any more is an error; records without state would be read twice.
    for (const topic of between.filter(isThere)) deleteTopic(config.dir, topic)
    if (held !== undefined) dropWhole(directory, path.join(config.dir, `~dropped-${randomUUID()}`))
  } finally {
    await held?.close()
  }
}

/** Moved first, so that there never is a part of it. */
function dropWhole(directory: string, aside: string): void {
  try {
    fs.renameSync(directory, aside)
    fs.rmSync(aside, { recursive: true })
  } catch (error) {
    throw stateFault(error, directory)
  }
}
