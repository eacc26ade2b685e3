import type { Side, SidePartition } from '../../backtest/diff/side.ts'
import type { Deployment } from '../config.ts'
import type { Io } from '../io.ts'
import { live, openNamed } from '../place/named-place.ts'
import { placeName } from '../place/open-place.ts'

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
  const place = await openNamed(name, deployment, io)
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
