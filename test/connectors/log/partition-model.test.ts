import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { PartitionReader } from '../../../connectors/log/partition-reader.ts'
import { PartitionWriter } from '../../../connectors/log/partition-writer.ts'
import { FailingFiles } from '../../support/failing-files.ts'
import { batchOf, readAll, temporaryDirectory } from '../../support/log-partition.ts'
import { assertProperty } from '../../support/property.ts'

type Step =
  | { readonly do: 'append'; readonly batches: readonly (readonly [rows: number, valueBytes: number])[] }
  | { readonly do: 'flush' | 'publish' | 'commit' | 'reopen' }
  | { readonly do: 'truncate'; readonly at: number }
  | { readonly do: 'crash'; readonly lost: readonly number[] }
  | { readonly do: 'fail'; readonly afterBytes: number; readonly lost: readonly number[] }
  | { readonly do: 'read'; readonly at: number; readonly maxBytes: number }

const fraction = fc.double({ min: 0, max: 0.9999, noNaN: true })
const lost = fc.array(fraction, { minLength: 4, maxLength: 4 })
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('append' as const),
        batches: fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 60 })), {
          minLength: 1,
          maxLength: 5,
        }),
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({ do: fc.constantFrom('flush', 'flush', 'publish', 'commit', 'reopen') }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('truncate' as const), at: fraction }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('crash' as const), lost }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('fail' as const),
        afterBytes: fc.integer({ min: 0, max: 900 }),
        lost,
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('read' as const),
        at: fraction,
        maxBytes: fc.integer({ min: 1, max: 3000 }),
      }),
    },
  ),
  { maxLength: 40 },
)

interface Entry {
  readonly base: number
  readonly next: number
  readonly bytes: Uint8Array
}

/** A partition beside the plain array that it must agree with. */
class Modelled {
  readonly #directory: string
  readonly #segmentBytes: number
  readonly #reader: PartitionReader
  #files = new FailingFiles()
  #writer: PartitionWriter
  #entries: Entry[] = []
  #flushed = 0
  #published = 0
  #tailed = 0

  constructor(directory: string, segmentBytes: number) {
    this.#directory = directory
    this.#segmentBytes = segmentBytes
    this.#writer = this.#open()
    this.#reader = PartitionReader.open(directory)
  }

  take(step: Step): void {
    if (step.do === 'read') this.#read(step.at, step.maxBytes)
    else if (step.do === 'crash') this.#crash(step.lost, [this.#published])
    else if (step.do === 'fail') this.#failThenCrash(step.afterBytes, step.lost)
    else this.#change(step)
    this.#tail()
  }

  close(): void {
    this.#reader.close()
    this.#writer.close()
  }

  /** Also what a crash left behind the published end has to be intact. */
  check(): void {
    assert.equal(this.#writer.commit(), this.#end)
    assert.deepEqual(readAll(this.#reader, 0, 700), Buffer.concat(this.#entries.map(entry => entry.bytes)))
  }

  get #end(): number {
    return this.#entries.at(-1)?.next ?? 0
  }

  #open(): PartitionWriter {
    this.#files = new FailingFiles()
    this.#files.shortWriteBytes = 333
    const options = { segmentBytes: this.#segmentBytes, indexIntervalBytes: 200, files: this.#files }
    return PartitionWriter.open(this.#directory, options)
  }

  #change(step: Exclude<Step, { do: 'read' | 'crash' | 'fail' }>): void {
    if (step.do === 'append') this.#append(step.batches)
    else if (step.do === 'truncate') this.#truncate(this.#boundary(step.at))
    else if (step.do === 'reopen') this.#reopen()
    else {
      if (step.do === 'publish') this.#writer.publish(this.#flushed)
      else if (step.do === 'flush') assert.equal(this.#writer.flush(), this.#end)
      else assert.equal(this.#writer.commit(), this.#end)
      if (step.do !== 'publish') this.#flushed = this.#end
      if (step.do !== 'flush') this.#published = this.#flushed
    }
  }

  #reopen(): void {
    this.#writer.close()
    this.#writer = this.#open()
    assert.equal(this.#writer.endOffset, this.#end)
    this.#flushed = this.#published
  }

  #append(sizes: readonly (readonly [number, number])[]): void {
    const batches = sizes.map(([rows, valueBytes]) => batchOf(rows, valueBytes))
    const all = Buffer.concat(batches)
    let base = this.#end
    assert.equal(this.#writer.append(all), base)
    let at = 0
    sizes.forEach(([rows], index) => {
      const bytes = all.subarray(at, at + batches[index].length)
      this.#entries.push({ base, next: base + rows, bytes })
      base += rows
      at += bytes.length
    })
  }

  #boundary(at: number): number {
    const ends = [this.#published, ...this.#entries.map(entry => entry.next)].filter(
      end => end >= this.#published,
    )
    return ends[Math.floor(at * ends.length)]
  }

  #truncate(end: number): void {
    this.#writer.truncate(end)
    this.#entries = this.#entries.filter(entry => entry.next <= end)
    this.#flushed = end
  }

  /** What was flushed must be there again, whatever else is; the published end is one of those given. */
  #crash(lost: readonly number[], publishedEnds: readonly number[]): void {
    let turn = 0
    this.#files.crash(most => Math.floor(lost[turn++ % lost.length] * (most + 1)))
    try {
      this.#writer.close()
    } catch {
      // Closing writes what is left, which a machine without power does not.
    }
    this.#writer = this.#open()
    const { endOffset, publishedEnd } = this.#writer
    assert.ok(endOffset >= this.#flushed, `${endOffset} is left of ${this.#flushed} flushed`)
    assert.ok(endOffset === 0 || this.#entries.some(entry => entry.next === endOffset), `end ${endOffset}`)
    assert.ok(publishedEnds.includes(publishedEnd), `published ${publishedEnd}, possible ${publishedEnds}`)
    this.#entries = this.#entries.filter(entry => entry.next <= endOffset)
    this.#published = publishedEnd
    this.#flushed = publishedEnd
  }

  #failThenCrash(afterBytes: number, lost: readonly number[]): void {
    this.#files.failAfter(afterBytes, 'EIO')
    const before = this.#published
    try {
      this.#append([
        [2, 50],
        [1, 200],
      ])
      this.#change({ do: 'commit' })
    } catch {
      const appended = batchOf(2, 50)
      if (this.#writer.endOffset > this.#end) {
        this.#entries.push({ base: this.#end, next: this.#end + 2, bytes: placed(appended, this.#end) })
        this.#entries.push({
          base: this.#end,
          next: this.#end + 1,
          bytes: placed(batchOf(1, 200), this.#end),
        })
      }
    }
    this.#crash(lost, [before, this.#end])
  }

  #read(at: number, maxBytes: number): void {
    if (this.#published === 0) return
    const from = Math.floor(at * this.#published)
    const { bytes, baseOffset, nextOffset } = this.#reader.read(from, maxBytes)
    const read = this.#entries.filter(entry => entry.base >= baseOffset && entry.next <= nextOffset)
    assert.ok(read[0].base <= from && from < read[0].next)
    assert.ok(nextOffset <= this.#published)
    assert.ok(bytes.length <= maxBytes || read.length === 1)
    assert.deepEqual(Buffer.from(bytes), Buffer.concat(read.map(entry => entry.bytes)))
  }

  /** Goes on reading where the last step left off. */
  #tail(): void {
    const from = this.#tailed
    const expected = this.#entries.filter(entry => entry.base >= from && entry.next <= this.#published)
    assert.deepEqual(readAll(this.#reader, from, 500), Buffer.concat(expected.map(entry => entry.bytes)))
    this.#tailed = this.#published
  }
}

function placed(batch: Uint8Array, base: number): Uint8Array {
  const bytes = Buffer.from(batch)
  bytes.writeBigInt64BE(BigInt(base))
  bytes.writeInt32BE(0, 12)
  return bytes
}

test('a partition agrees with an array through appends, commits, crashes, truncations and reads', async () => {
  const { directory, remove } = temporaryDirectory()
  let run = 0
  try {
    await assertProperty(
      fc.property(steps, fc.constantFrom(1, 700, 5000), (all, segmentBytes) => {
        const partition = path.join(directory, `run-${run++}`, '0')
        fs.mkdirSync(partition, { recursive: true })
        const modelled = new Modelled(partition, segmentBytes)
        try {
          for (const step of all) modelled.take(step)
          modelled.check()
        } finally {
          modelled.close()
        }
      }),
      300,
    )
  } finally {
    remove()
  }
})
