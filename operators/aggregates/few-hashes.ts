/** Up to so many are found faster by looking at each than by a set, which costs as much to make as many of them. */
const listed = 24

/** Different numbers, in the order in which they came. */
export class FewHashes {
  private readonly list: number[]
  private set: Set<number> | null = null

  constructor(hashes: readonly number[] = []) {
    this.list = [...hashes]
    if (hashes.length > listed) this.set = new Set(hashes)
  }

  get size(): number {
    return this.list.length
  }

  get all(): readonly number[] {
    return this.list
  }

  add(hash: number): void {
    const { list, set } = this
    if (set === null ? list.includes(hash) : set.has(hash)) return
    list.push(hash)
    if (set !== null) set.add(hash)
    else if (list.length > listed) this.set = new Set(list)
  }
}
