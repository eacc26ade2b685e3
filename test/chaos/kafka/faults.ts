/** What is done to engines and brokers while they work. */
export const faultKinds = ['kill', 'zombie', 'stop', 'join', 'broker-kill', 'broker-stop'] as const

export type FaultKind = (typeof faultKinds)[number]

export interface Fault {
  readonly kind: FaultKind
  /** Which engine or broker, from 0 up to 1. */
  readonly which: number
  /** How long it is away, from 0 up to 1. */
  readonly away: number
  /** Commits of all engines until it comes. */
  readonly after: number
}

const LEAST_COMMITS = 10
const MOST_COMMITS = 120

/** Kinds come as cards from a shuffled deck, one deck after the other: a round with as many faults has each of them. */
export function drawFaults(count: number, random: () => number): Fault[] {
  const deck: FaultKind[] = []
  return Array.from({ length: count }, () => {
    if (deck.length === 0) deck.push(...faultKinds)
    const [kind] = deck.splice(Math.floor(random() * deck.length), 1)
    const after = LEAST_COMMITS + Math.floor(random() * (MOST_COMMITS - LEAST_COMMITS))
    return { kind, which: random(), away: random(), after }
  })
}
