import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Side, SidePartition } from '../../backtest/diff/side.ts'
import type { Deployment } from '../config.ts'
import { usageError } from '../flags.ts'
import type { Io } from '../io.ts'
import { LogPlace } from '../place/log-place.ts'
import { openPlace, placeName } from '../place/open-place.ts'
import type { Place } from '../place/place.ts'

/** How the deployment's own place is called. */
const live = 'live'

export interface OpenSides {
  readonly a: Side
  readonly b: Side
  close(): Promise<void>
}

/** The outputs under these names: data directories of the embedded log, or the deployment's own place. */
export async function openSides(
  [a, b]: readonly [string, string],
  topic: string,
  deployment: Deployment,
  io: Io,
): Promise<OpenSides> {
  const opened: OpenSide[] = []
  const close = async () => {
    for (const side of opened) await side.close()
  }
  try {
    for (const name of [a, b]) opened.push(await openSide(name, topic, deployment, io))
    return { a: opened[0].side, b: opened[1].side, close }
  } catch (error) {
    await close()
    throw error
  }
}

interface OpenSide {
  readonly side: Side
  close(): Promise<void>
}

async function openSide(name: string, topic: string, deployment: Deployment, io: Io): Promise<OpenSide> {
  const place = name === live ? await openPlace(deployment, io) : openDirectory(name, deployment, io)
  const partitions: SidePartition[] = []
  const close = async () => {
    for (const { source } of partitions) source.close()
    await place.close()
  }
  try {
    const [starts, ends] = [await place.offsets(topic, 'earliest'), await place.offsets(topic, 'latest')]
    for (const [partition, start] of starts.entries()) {
      const source = await place.openSource(topic, partition)
      partitions.push({ source, start, end: ends[partition] })
    }
    return { side: { name: name === live ? `live: ${placeName(deployment)}` : name, partitions }, close }
  } catch (error) {
    await close()
    throw error
  }
}

function openDirectory(name: string, deployment: Deployment, io: Io): Place {
  const dataDir = resolve(io.cwd, name)
  if (!existsSync(dataDir)) {
    throw usageError(
      `there is no directory "${name}"; a side is a data directory of the embedded log, or ${live}`,
    )
  }
  return new LogPlace({ ...deployment, dataDir, kafka: undefined })
}
