import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MemoryHome } from '../../connectors/memory/home.ts'
import { codecs } from '../../engine/codec/compression/compression.ts'
import { RecordBatchBuilder } from '../../engine/codec/record/write.ts'
import { RecordFeed } from '../../engine/io/record-feed.ts'
import { assertProperty } from '../support/property.ts'

const record = fc.record({ timestamp: fc.nat(30), value: fc.string({ maxLength: 4 }) })
const codec = fc.constantFrom(codecs.none, codecs.none, codecs.lz4, codecs.zstd)
const batch = fc.record({ records: fc.array(record, { minLength: 1, maxLength: 12 }), codec })
const step = fc.record({
  before: fc.nat(4),
  until: fc.nat(8),
  peek: fc.boolean(),
  fills: fc.integer({ min: 1, max: 4 }),
})

test('records come up to the first that is too late, whatever the batches, and each of them once', async () => {
  const property = fc.asyncProperty(
    fc.array(batch, { maxLength: 8 }),
    fc.array(step, { maxLength: 20 }),
    async (batches, steps) => {
      const home = new MemoryHome()
      await home.createTopic('in', 1)
      for (const { records, codec } of batches) {
        const builder = new RecordBatchBuilder()
        for (const { timestamp, value } of records)
          builder.append(timestamp, null, new TextEncoder().encode(value))
        home.partition('in', 0).append(builder.build({ codec }))
      }
      home.partition('in', 0).publish()
      const all = batches.flatMap(({ records }) => records).map((one, offset) => ({ ...one, offset }))
      const feed = new RecordFeed(await home.openSource('in', 0), 'in', 0)
      feed.seek(0)
      const found: typeof all = []
      const take = () => {
        const { spans } = feed
        for (let row = 0; row < spans.count; row++) {
          const value = new TextDecoder().decode(
            spans.bytes.subarray(spans.valueStart[row], spans.valueEnd[row]),
          )
          found.push({ timestamp: spans.timestamp[row], value, offset: spans.offset[row] })
        }
      }
      let [before, until] = [0, 0]
      for (const step of [...steps, { before: 100, until: 1000, peek: false, fills: 1000 }]) {
        const known = found.length
        before += step.before
        until += step.until
        feed.before = before
        feed.until = until
        if (step.peek)
          assert.equal(await feed.nextTime(), all[found.length]?.timestamp ?? Number.POSITIVE_INFINITY)
        let filled = true
        for (let fill = 0; fill < step.fills && filled; fill++) {
          filled = await feed.fill()
          if (filled) take()
        }
        const next = all[found.length]
        const waits = next === undefined || next.timestamp >= before || next.offset >= until
        assert.ok(filled || waits)
        const come = found.slice(known)
        assert.ok(come.every(({ timestamp, offset }) => timestamp < before && offset < until))
        assert.deepEqual(found, all.slice(0, found.length))
        if (found.length > 0) assert.equal(feed.lastTime, all[found.length - 1].timestamp)
      }
      assert.deepEqual(found, all)
    },
  )
  await assertProperty(property, 300)
})
