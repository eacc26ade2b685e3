/** Rows by event time, those of one time as they came: a heap of their slots. Rows in order of time cost nothing. */
export class DueQueue {
  private readonly slots: number[] = []
  private readonly before: (a: number, b: number) => boolean

  /** `before` says which of two slots is due first. */
  constructor(before: (a: number, b: number) => boolean) {
    this.before = before
  }

  /** The slot that is due first; undefined if there is none. */
  get first(): number | undefined {
    return this.slots[0]
  }

  push(slot: number): void {
    const { slots } = this
    let place = slots.length
    slots.push(slot)
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (!this.before(slot, slots[parent])) break
      slots[place] = slots[parent]
      place = parent
    }
    slots[place] = slot
  }

  pop(): void {
    const { slots } = this
    const last = slots.pop()
    const { length } = slots
    if (last === undefined || length === 0) return
    let place = 0
    for (;;) {
      let child = place * 2 + 1
      if (child >= length) break
      if (child + 1 < length && this.before(slots[child + 1], slots[child])) child++
      if (!this.before(slots[child], last)) break
      slots[place] = slots[child]
      place = child
    }
    slots[place] = last
  }
}
