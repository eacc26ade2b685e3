import type { TaskId } from './task-set.ts'

/** A task, and who comes into question for it. Members are told by their index. */
export interface Piece {
  readonly task: TaskId
  readonly knownBy: ReadonlySet<number>
  /** Who has it already. */
  readonly home: number | undefined
}

/** A piece that changes hands. */
interface Move {
  readonly piece: Piece
  readonly from: number
  readonly to: number
}

/** What something would do to the three sums that are to be small; what comes first outweighs the rest. */
type Change = readonly [imbalance: number, stageImbalance: number, away: number]

/** The pieces of one stage by the member that holds them. */
type Stage = Piece[][]

/** Quotients of small whole numbers: they are equal if they differ by less. */
const epsilon = 1e-9

/**
 * Tasks as they are spread over members. The sum of load^2 / capacity is to be small: first that of all tasks, then
 * that within each stage; then the number of tasks that are away from home.
 */
export class Layout {
  private readonly capacities: readonly number[]
  private readonly pairs: readonly (readonly [number, number])[]
  private readonly loads: number[]
  private readonly stages = new Map<number, Stage>()

  constructor(capacities: readonly number[]) {
    this.capacities = capacities
    const members = [...capacities.keys()]
    this.pairs = members.flatMap(from => members.filter(to => to !== from).map(to => [from, to] as const))
    this.loads = capacities.map(() => 0)
  }

  /** What has no home goes to whoever has least to do: put the others first. */
  put(piece: Piece): void {
    this.give(piece, piece.home ?? this.idlest(piece))
  }

  /** Makes the best of all moves, or if none helps, of all exchanges. False: that would not help either. */
  improve(): boolean {
    const moves = this.bestMove() ?? this.bestExchange() ?? []
    for (const { piece, from, to } of moves) {
      const held = this.stageOf(piece)[from]
      held.splice(held.indexOf(piece), 1)
      this.loads[from] -= 1
      this.give(piece, to)
    }
    return moves.length > 0
  }

  tasksOf(member: number): TaskId[] {
    return [...this.stages.values()].flatMap(stage => stage[member].map(({ task }) => task))
  }

  private give(piece: Piece, to: number): void {
    this.stageOf(piece)[to].push(piece)
    this.loads[to] += 1
  }

  private stageOf({ task }: Piece): Stage {
    let stage = this.stages.get(task.stage)
    if (stage === undefined) this.stages.set(task.stage, (stage = this.capacities.map(() => [])))
    return stage
  }

  private idlest(piece: Piece): number {
    const stage = this.stageOf(piece)
    const best = new Best<number>()
    for (const member of [...piece.knownBy].toSorted((a, b) => a - b)) {
      best.offer(
        [this.added(this.loads[member], member), this.added(stage[member].length, member), 0],
        () => member,
      )
    }
    return best.value ?? 0
  }

  private bestMove(): readonly Move[] | undefined {
    const best = new Best<readonly Move[]>(unchanged)
    for (const stage of this.stages.values()) {
      for (const [from, to] of this.pairs) {
        const imbalance = this.shifted(this.loads[from], this.loads[to], from, to)
        const stageImbalance = this.shiftedIn(stage, from, to)
        if (compare([imbalance, stageImbalance, -1], best.change) >= 0) continue
        const move = cheapest(stage, from, to)
        if (move !== undefined) best.offer([imbalance, stageImbalance, away(move)], () => [move])
      }
    }
    return best.value
  }

  private bestExchange(): readonly Move[] | undefined {
    const best = new Best<readonly Move[]>(unchanged)
    const stages = [...this.stages.values()]
    for (const [index, one] of stages.entries()) {
      for (const other of stages.slice(index)) {
        for (const [a, b] of this.pairs) {
          const change = one === other ? 0 : this.shiftedIn(one, a, b) + this.shiftedIn(other, b, a)
          if (compare([0, change, -2], best.change) >= 0) continue
          const moves = [cheapest(one, a, b), cheapest(other, b, a)]
          if (!moves.every(move => move !== undefined)) continue
          best.offer([0, change, away(moves[0]) + away(moves[1])], () => moves)
        }
      }
    }
    return best.value
  }

  private shiftedIn(stage: Stage, from: number, to: number): number {
    return this.shifted(stage[from].length, stage[to].length, from, to)
  }

  /** What load^2 / capacity, summed, grows by when one task goes from a member to another. */
  private shifted(loadFrom: number, loadTo: number, from: number, to: number): number {
    return this.added(loadTo, to) - this.added(loadFrom - 1, from)
  }

  private added(load: number, member: number): number {
    return (2 * load + 1) / this.capacities[member]
  }
}

/** The best of what is offered; the first among equals. */
class Best<T> {
  change: Change
  value: T | undefined = undefined

  constructor(atLeast: Change = [Infinity, Infinity, Infinity]) {
    this.change = atLeast
  }

  offer(change: Change, make: () => T): void {
    if (compare(change, this.change) >= 0) return
    this.change = change
    this.value = make()
  }
}

const unchanged: Change = [0, 0, 0]

function compare(a: Change, b: Change): number {
  for (let index = 0; index < a.length; index++) {
    const difference = a[index] - b[index]
    if (Math.abs(difference) > epsilon) return difference
  }
  return 0
}

/** Of the pieces that could go from a member to another: one that comes home, or else one that is away anyhow. */
function cheapest(stage: Stage, from: number, to: number): Move | undefined {
  let best: Move | undefined
  for (const piece of stage[from]) {
    if (!piece.knownBy.has(to)) continue
    const move = { piece, from, to }
    if (best === undefined || away(move) <= away(best)) best = move
  }
  return best
}

/** How many more pieces are away from home after the move. */
function away({ piece, from, to }: Move): number {
  if (piece.home === from) return 1
  return piece.home === to ? -1 : 0
}
