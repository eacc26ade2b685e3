import type { StorePlace } from './servers.ts'

/** What is done to engines: `zombie` is paused for longer than the group waits, `join` a third one that comes for a while. */
const engineFaults = ['kill', 'zombie', 'stop', 'join'] as const
const serverFaults = [
  'broker-kill',
  'broker-stop',
  'redis-kill',
  'redis-stop',
  'influx-kill',
  'influx-stop',
] as const

export type ServerFault = (typeof serverFaults)[number]
export type FaultKind = (typeof engineFaults)[number] | ServerFault

/** What happens where the stores are files, and where they are servers: then to these above all. */
export const decks: Readonly<Record<StorePlace, readonly FaultKind[]>> = {
  files: [...engineFaults, 'broker-kill', 'broker-stop'],
  servers: [
    'kill',
    'kill',
    'zombie',
    'broker-stop',
    'redis-kill',
    'redis-stop',
    'influx-kill',
    'influx-stop',
  ],
}

export interface Fault {
  readonly kind: FaultKind
  /** Which engine or server, from 0 up to 1. */
  readonly which: number
  /** How long it is away, from 0 up to 1. */
  readonly away: number
  /** Commits of all engines until it comes. */
  readonly after: number
}

const LEAST_COMMITS = 10
const MOST_COMMITS = 120

export function isServerFault(kind: FaultKind): kind is ServerFault {
  return serverFaults.some(known => known === kind)
}

/** Kinds come as cards from a shuffled deck, one deck after the other: a round with as many faults has each of them. */
export function drawFaults(count: number, all: readonly FaultKind[], random: () => number): Fault[] {
  const deck: FaultKind[] = []
  return Array.from({ length: count }, () => {
    if (deck.length === 0) deck.push(...all)
    const [kind] = deck.splice(Math.floor(random() * deck.length), 1)
    const after = LEAST_COMMITS + Math.floor(random() * (MOST_COMMITS - LEAST_COMMITS))
    return { kind, which: random(), away: random(), after }
  })
}
