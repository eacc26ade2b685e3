/** A timer of one key. Its name tells it from the key's others: setting it again moves it. */
export interface Timer {
  readonly name: string
  readonly kind: 'event' | 'clock'
  readonly time: number
  /** The number of its key: the order of keys whose timers are due together. */
  readonly place: number
  slot: number
  /** Cancelled or moved: still in the queue, but never due. */
  gone: boolean
}

const FEWEST = 64

/** Timers by time, then key, then name: a binary heap from which cancelled ones are cleared when they are many. */
export class TimerQueue {
  private heap: Timer[] = []
  private gone = 0

  add(timer: Timer): void {
    this.heap.push(timer)
    this.rise(this.heap.length - 1)
  }

  cancel(timer: Timer): void {
    timer.gone = true
    this.gone++
    if (this.gone < FEWEST || this.gone * 2 < this.heap.length) return
    const left = this.heap.filter(other => !other.gone)
    this.heap = left.sort((a, b) => (before(a, b) ? -1 : 1))
    this.gone = 0
  }

  /** The time of the next timer; Infinity for none. */
  next(): number {
    while (this.heap.length > 0 && this.heap[0].gone) {
      this.pop()
      this.gone--
    }
    return this.heap.length === 0 ? Number.POSITIVE_INFINITY : this.heap[0].time
  }

  /** Takes out the next timer that is due at `time`. */
  take(time: number): Timer | undefined {
    return this.next() <= time ? this.pop() : undefined
  }

  private pop(): Timer {
    const { heap } = this
    const [first] = heap
    const last = heap.pop() as Timer
    if (heap.length > 0) {
      heap[0] = last
      this.sink()
    }
    return first
  }

  private rise(from: number): void {
    const { heap } = this
    const timer = heap[from]
    let index = from
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!before(timer, heap[parent])) break
      heap[index] = heap[parent]
      index = parent
    }
    heap[index] = timer
  }

  private sink(): void {
    const { heap } = this
    const [timer] = heap
    let index = 0
    for (;;) {
      let child = 2 * index + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && before(heap[child + 1], heap[child])) child++
      if (!before(heap[child], timer)) break
      heap[index] = heap[child]
      index = child
    }
    heap[index] = timer
  }
}

function before(a: Timer, b: Timer): boolean {
  if (a.time !== b.time) return a.time < b.time
  if (a.place !== b.place) return a.place < b.place
  return a.name < b.name
}
