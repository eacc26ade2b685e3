import { HeadraceError } from '../errors.ts'
import { limits } from '../limits.ts'

/** As much of the global as is used here: it is not in TypeScript's library without that of browsers. */
interface WasmMemory {
  readonly buffer: ArrayBuffer
}
declare const WebAssembly: { Memory: new (pages: { initial: number; maximum: number }) => WasmMemory }

const PAGE = 65536
const SMALLEST_CLASS = 6
/** 64 MiB: with less no job can work. */
const FEWEST_PAGES = 1024

/**
 * The memory of a worker: one WebAssembly memory of fixed size, reserved up front and only resident
 * where touched. Blocks are powers of two; a released block is handed out again for the same size.
 */
export class Heap {
  readonly memory: WasmMemory
  readonly buffer: ArrayBuffer
  readonly capacity: number
  private top = 64
  private readonly free: number[][] = []
  private inUse = 0

  constructor(capacity: number = limits.workerMemoryBytes, allocate = wasmMemory) {
    this.memory = reserve(Math.ceil(capacity / PAGE), allocate)
    this.buffer = this.memory.buffer
    this.capacity = this.buffer.byteLength
  }

  get bytesInUse(): number {
    return this.inUse
  }

  /** Address of a block of at least `bytes`, 64 byte aligned. Its content is arbitrary. */
  take(bytes: number): number {
    const cls = classOf(bytes)
    const size = 2 ** cls
    this.inUse += size
    const recycled = this.free[cls]?.pop()
    if (recycled !== undefined) return recycled
    if (this.top + size > this.capacity) {
      this.inUse -= size
      throw new HeadraceError(
        'HR_MEMORY_EXHAUSTED',
        `the worker's ${this.capacity} bytes are used up: ${size} more were asked for`,
      )
    }
    const address = this.top
    this.top += size
    return address
  }

  give(address: number, bytes: number): void {
    const cls = classOf(bytes)
    this.inUse -= 2 ** cls
    ;(this.free[cls] ??= []).push(address)
  }
}

function wasmMemory(pages: number): WasmMemory {
  return new WebAssembly.Memory({ initial: pages, maximum: pages })
}

/** What is asked for, or the largest half of a half of it that a system with bounded address space grants. */
function reserve(pages: number, allocate: (pages: number) => WasmMemory): WasmMemory {
  try {
    return allocate(pages)
  } catch (cause) {
    if (pages > FEWEST_PAGES) return reserve(Math.ceil(pages / 2), allocate)
    throw new HeadraceError('HR_MEMORY_EXHAUSTED', `the system does not grant ${pages * PAGE} bytes`, {
      cause,
    })
  }
}

function classOf(bytes: number): number {
  return Math.max(SMALLEST_CLASS, Math.ceil(Math.log2(Math.max(1, bytes))))
}

let shared: Heap | undefined

/** The heap of this thread. */
export function workerHeap(): Heap {
  shared ??= new Heap()
  return shared
}

type Numeric = Uint8Array | Int32Array | Float32Array | Float64Array | BigInt64Array

/** What steps keep between batches: arrays that live until they are released. Zeroed when handed out. */
export const keep = {
  u8: (length: number): Uint8Array =>
    new Uint8Array(workerHeap().buffer, workerHeap().take(length), length).fill(0),
  i32: (length: number): Int32Array =>
    new Int32Array(workerHeap().buffer, workerHeap().take(length * 4), length).fill(0),
  f64: (length: number): Float64Array =>
    new Float64Array(workerHeap().buffer, workerHeap().take(length * 8), length).fill(0),
  f32: (length: number): Float32Array =>
    new Float32Array(workerHeap().buffer, workerHeap().take(length * 4), length).fill(0),
  i64: (length: number): BigInt64Array =>
    new BigInt64Array(workerHeap().buffer, workerHeap().take(length * 8), length).fill(0n),
  release(array: Numeric): void {
    workerHeap().give(array.byteOffset, array.byteLength)
  },
}

const CHUNK = 1 << 20

/**
 * What belongs to one batch: bump-allocated, let go at once when the task is quiet again. With
 * `poison` the memory is overwritten then, so that a batch kept beyond its time shows at once.
 */
export class BatchArena {
  private readonly chunks: number[] = []
  private readonly large: { address: number; bytes: number }[] = []
  private current = -1
  private used = CHUNK
  private readonly poison: boolean

  constructor(poison: boolean = process.env.HEADRACE_POISON === '1') {
    this.poison = poison
  }

  u8(length: number): Uint8Array {
    return new Uint8Array(workerHeap().buffer, this.take(length), length)
  }
  i32(length: number): Int32Array {
    return new Int32Array(workerHeap().buffer, this.take(length * 4), length)
  }
  f32(length: number): Float32Array {
    return new Float32Array(workerHeap().buffer, this.take(length * 4), length)
  }
  f64(length: number): Float64Array {
    return new Float64Array(workerHeap().buffer, this.take(length * 8), length)
  }
  i64(length: number): BigInt64Array {
    return new BigInt64Array(workerHeap().buffer, this.take(length * 8), length)
  }

  private take(bytes: number): number {
    const size = (bytes + 15) & ~15
    if (size > CHUNK / 4) {
      const address = workerHeap().take(bytes)
      this.large.push({ address, bytes })
      return address
    }
    if (this.used + size > CHUNK) {
      this.current++
      if (this.current === this.chunks.length) this.chunks.push(workerHeap().take(CHUNK))
      this.used = 0
    }
    const address = this.chunks[this.current] + this.used
    this.used += size
    return address
  }

  /** Lets everything go. */
  reset(): void {
    if (this.poison) this.overwrite()
    for (const block of this.large) workerHeap().give(block.address, block.bytes)
    this.large.length = 0
    this.current = this.chunks.length > 0 ? 0 : -1
    this.used = this.chunks.length > 0 ? 0 : CHUNK
  }

  /** Gives all memory back to the heap: the arena is not used again. */
  close(): void {
    this.reset()
    for (const address of this.chunks) workerHeap().give(address, CHUNK)
    this.chunks.length = 0
    this.current = -1
    this.used = CHUNK
  }

  private overwrite(): void {
    const { buffer } = workerHeap()
    for (const address of this.chunks) new Uint8Array(buffer, address, CHUNK).fill(0xff)
    for (const block of this.large) new Uint8Array(buffer, block.address, block.bytes).fill(0xff)
  }
}
