import { HeadraceError } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import type { RowLayout, Rows } from './row-layout.ts'
import { Words } from './row-layout.ts'
import type { SpillFile } from './spill-file.ts'
import type { Staging } from './staging.ts'

const firstRows = 16
const firstHeap = 256

interface Block {
  readonly at: number
  readonly wordBytes: number
  readonly heapBytes: number
}

/** Where rows are loaded to, again and again. */
export class LoadMemory {
  words = new Words(0)
  heap = new Uint8Array(0)

  ofSize(words: number, heapBytes: number): LoadMemory {
    if (this.words.count < words) this.words = new Words(words + (words >> 3))
    if (this.heap.length < heapBytes) this.heap = new Uint8Array(heapBytes + (heapBytes >> 3))
    return this
  }
}

/** The rows of one side whose keys share some bits of their hash, in the order of the log. */
export class Shelf {
  count = 0
  private readonly layout: RowLayout
  private readonly file: SpillFile
  /** Words, and bytes of the heap, that are kept in memory. */
  private readonly room: number
  private words: Words
  private heap = new Uint8Array(0)
  private used = 0
  private heapUsed = 0
  /** Bytes of the heap that are in the file. */
  private heapSpilled = 0
  private readonly blocks: Block[] = []

  constructor(layout: RowLayout, file: SpillFile, roomBytes: number) {
    this.layout = layout
    this.file = file
    this.room = Math.max(Math.floor(roomBytes / 8 / layout.stride), 1) * layout.stride
    this.words = new Words(0)
  }

  add(staging: Staging, row: number): void {
    const { layout } = this
    const { stride, texts } = layout
    if (this.used + stride > this.words.count) this.makeRoom()
    const source = staging.words.i32
    const { i32 } = this.words
    // Not as doubles: what is none may not come through as it is.
    const [from, to] = [row * stride * 2, this.used * 2]
    for (let k = 0; k < stride * 2; k++) i32[to + k] = source[from + k]
    for (let k = 0; k < texts.length; k++) {
      const at = (this.used + layout.firstWord + texts[k]) * 2
      i32[at] = this.keep(staging.texts[k].bytes, i32[at], i32[at + 1])
    }
    this.used += stride
    this.count++
    if (this.heapUsed > this.room * 8) this.spill()
  }

  /** All of them, in memory, until the next ones are loaded there. */
  load(memory: LoadMemory): Rows {
    const { count, layout } = this
    const wordBytes = count * layout.stride * 8
    const heapBytes = this.heapSpilled + this.heapUsed
    if (wordBytes + heapBytes > limits.diffPartitionBytes) {
      const keys = layout.leaves.slice(0, layout.keys).map(({ name }) => name)
      const message = `too many rows, ${count}, have keys alike: ${keys.join(', ')} has to tell them apart`
      throw new HeadraceError('HR_DIFF_KEY', message)
    }
    if (this.blocks.length === 0) return { words: this.words, heap: this.heap, count }
    const { words, heap } = memory.ofSize(count * layout.stride, heapBytes)
    let [word, byte] = [0, 0]
    for (const block of this.blocks) {
      this.file.read(block.at, words.bytes.subarray(word, word + block.wordBytes))
      this.file.read(block.at + block.wordBytes, heap.subarray(byte, byte + block.heapBytes))
      word += block.wordBytes
      byte += block.heapBytes
    }
    words.bytes.set(this.words.bytes.subarray(0, this.used * 8), word)
    heap.set(this.heap.subarray(0, this.heapUsed), byte)
    return { words, heap, count }
  }

  /** Lets go of what is in memory. */
  clear(): void {
    this.words = new Words(0)
    this.heap = new Uint8Array(0)
  }

  private keep(bytes: Uint8Array, start: number, length: number): number {
    const needed = this.heapUsed + length
    if (needed > this.heap.length) {
      const grown = new Uint8Array(Math.max(needed, this.heap.length * 2, firstHeap))
      grown.set(this.heap.subarray(0, this.heapUsed))
      this.heap = grown
    }
    const at = this.heapUsed
    for (let k = 0; k < length; k++) this.heap[at + k] = bytes[start + k]
    this.heapUsed = needed
    return this.heapSpilled + at
  }

  private makeRoom(): void {
    if (this.used >= this.room) this.spill()
    else {
      const { stride } = this.layout
      const grown = new Words(Math.min(Math.max(this.used * 2, firstRows * stride), this.room))
      grown.f64.set(this.words.f64.subarray(0, this.used))
      this.words = grown
    }
  }

  private spill(): void {
    const wordBytes = this.used * 8
    const at = this.file.append(this.words.bytes.subarray(0, wordBytes))
    this.file.append(this.heap.subarray(0, this.heapUsed))
    this.blocks.push({ at, wordBytes, heapBytes: this.heapUsed })
    this.heapSpilled += this.heapUsed
    this.used = 0
    this.heapUsed = 0
  }
}
