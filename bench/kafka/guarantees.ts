import type { Guarantee } from '../../connectors/kafka/config.ts'

export type Short = 'alos' | 'eos'

/** The peers' words for them, and ours. */
export const guarantees: Readonly<Record<Short, Guarantee>> = {
  alos: 'at-least-once',
  eos: 'exactly-once',
}

/** Where a suite runs, and how. */
export interface BenchCluster {
  readonly brokers: readonly string[]
  readonly guarantee: Short
}
