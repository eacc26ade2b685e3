import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as pause } from 'node:timers/promises'
import { MemoryHome } from '../../connectors/memory/home.ts'
import { workerHeap } from '../../engine/batch/arena.ts'
import type { Batch } from '../../engine/batch/batch.ts'
import { setBaseOffset } from '../../engine/codec/record/write.ts'
import { operator } from '../../engine/graph/operator.ts'
import type { JobHome, PartitionSource } from '../../engine/home.ts'
import { isHeadraceError, job, long, record, sink, source, timestamp, topic } from '../../engine/index.ts'
import { JobRun } from '../../engine/run.ts'
import { rawBatch } from '../support/raw-log.ts'

const Click = record('Click', { at: timestamp(), user: long() })
const clicks = topic('clicks', Click, { time: 'at', lateness: 0 })
const rowsPerBatch = 1000

/** A fast source: it has the same batch again and again, as fast as it is asked, and counts how often. */
class EndlessHome extends MemoryHome {
  polls = 0
  private readonly batches: number
  private readonly bytes = rawBatch(
    Array.from({ length: rowsPerBatch }, (_, at) => ({ value: `{"at":${at},"user":${at % 7}}` })),
  )

  constructor(batches: number) {
    super()
    this.batches = batches
  }

  override async openSource(name: string, partition: number): Promise<PartitionSource> {
    const source = await super.openSource(name, partition)
    return Object.assign(source, {
      seek: () => {},
      poll: () => {
        if (this.polls === this.batches) return null
        setBaseOffset(this.bytes, 0, this.polls++ * rowsPerBatch)
        return { bytes: this.bytes, start: 0, end: this.bytes.length }
      },
    })
  }

  /** Keeps nothing of what is written. */
  override async openJob(): Promise<JobHome> {
    const nothing = () => {}
    return {
      restore: () => [],
      append: nothing,
      commit: nothing,
      wantsSnapshot: false,
      close: async () => {},
    }
  }
}

interface Flight {
  now: number
  most: number
  ticks: number
}

/** Keeps each tick's rows for a while before it passes them on; `fails` at that tick. */
function slow<T>(flight: Flight, fails = Number.POSITIVE_INFINITY) {
  return operator<T, T>({
    kind: 'slow',
    id: 'slow',
    start: ([schema], context) => {
      const waiting: Batch<T>[] = []
      return {
        schema: schema as NonNullable<typeof schema>,
        push: batch => void waiting.push(batch),
        advance: async () => {
          flight.most = Math.max(flight.most, ++flight.now)
          for (let turn = 0; turn < 3; turn++) await pause()
          for (const batch of waiting.splice(0)) context.emit(batch)
          flight.now--
          if (++flight.ticks === fails) throw new Error('the service is gone')
        },
      }
    },
  })
}

async function run(home: EndlessHome, flight: Flight, fails?: number, seen?: () => void): Promise<void> {
  const delayed = job('delayed', () => {
    source('in', clicks).pipe(slow(flight, fails), sink('out', topic('out', Click)))
  })
  await home.createTopic('clicks', 1)
  const opened = await JobRun.open(delayed, { home })
  try {
    while (await opened.turn()) {
      if (flight.ticks % 10 === 0) await opened.commit()
      seen?.()
    }
    await opened.commit()
  } finally {
    await opened.close()
  }
}

test('a slow step slows the source: one tick at a time, and memory stays flat', async () => {
  const home = new EndlessHome(400)
  const flight = { now: 0, most: 0, ticks: 0 }
  const engine: number[] = []
  const javascript: number[] = []
  await run(home, flight, undefined, () => {
    engine.push(workerHeap().bytesInUse)
    javascript.push(process.memoryUsage().heapUsed)
    assert.equal(home.polls, flight.ticks)
  })
  assert.deepEqual([flight.most, flight.now, flight.ticks], [1, 0, 400])
  const [early, later] = [engine.slice(20, 60), engine.slice(-40)].map(part => Math.max(...part))
  assert.equal(later, early)
  const least = (part: number[]) => Math.min(...part)
  const grown = least(javascript.slice(-100)) - least(javascript.slice(20, 120))
  assert.ok(grown < 8 << 20, `the heap has grown by ${grown} bytes`)
})

test('what an asynchronous step throws ends the run, with its id', async () => {
  const flight = { now: 0, most: 0, ticks: 0 }
  await assert.rejects(run(new EndlessHome(10), flight, 3), (error: unknown) => {
    assert.ok(isHeadraceError(error, 'HR_STEP_FAILED'), String(error))
    assert.match(error.message, /the service is gone \(job delayed, step slow\)/)
    assert.equal(flight.ticks, 3)
    return true
  })
})
