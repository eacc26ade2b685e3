import { openLogHome } from '../connectors/log/home.ts'
import { BatchArena } from '../engine/batch/arena.ts'
import type { Column, IntColumn, NumberColumn } from '../engine/batch/columns.ts'
import { ByteBuffer } from '../engine/codec/codec.ts'
import { decoderFor, encoderFor } from '../engine/codec/formats.ts'
import { BATCH_HEADER_BYTES, checkBatch, readBatchHeader } from '../engine/codec/record/batch.ts'
import { RecordRows } from '../engine/codec/record/rows.ts'
import { RecordSpans, scanRecords } from '../engine/codec/record/scan.ts'
import { NumberKeys } from '../engine/state/keys/number-keys.ts'
import { topicSpec } from '../engine/topic.ts'
import { calibrate } from './calibration.ts'
import { EventValues, PARTITIONS } from './events.ts'
import { loadEvents } from './load.ts'
import type { Encoding } from './topics.ts'
import { eventTopic } from './topics.ts'

export interface StageOptions {
  readonly events: number
  readonly keys: number
  readonly json: boolean
}

interface Stage {
  readonly name: string
  readonly unit: string
  /** Does the work once over all data, and says how many units it did and whether the result is right. */
  run(): { units: number; ok: boolean }
}

/** Each stage alone, over data that is warm in memory: the floor under what a whole job can do. */
export async function runStages(options: StageOptions): Promise<number> {
  const stages = [
    ...(await stagesOf('avro', options)),
    ...(await stagesOf('json', options)),
    ...keyStages(options),
  ]
  let failed = 0
  if (!options.json) process.stdout.write('stage                               ns a unit  unit      ok\n')
  for (const stage of stages) {
    const before = calibrate(20_000_000)
    const { ns, ok, units } = measure(stage)
    if (!ok) failed++
    const row = {
      suite: 'stages',
      stage: stage.name,
      unit: stage.unit,
      N: units,
      nsPerUnit: ns,
      calibration: before,
      ok,
    }
    const cells = [
      stage.name.padEnd(34),
      ns.toFixed(1).padStart(10),
      stage.unit.padEnd(8),
      ok ? 'ok' : 'NOT OK',
    ]
    process.stdout.write(options.json ? `${JSON.stringify(row)}\n` : `${cells.join('  ')}\n`)
  }
  return failed === 0 ? 0 : 1
}

/** The best of several passes: the first ones compile, and neighbours come and go. */
function measure(stage: Stage): { ns: number; ok: boolean; units: number } {
  let ns = Number.POSITIVE_INFINITY
  let ok = true
  let units = 0
  for (let pass = 0; pass < 5; pass++) {
    const start = process.cpuUsage()
    const done = stage.run()
    const used = process.cpuUsage(start)
    units = done.units
    ok &&= done.ok
    ns = Math.min(ns, ((used.user + used.system) * 1000) / done.units)
  }
  return { ns: Math.round(ns * 10) / 10, ok, units }
}

interface Piece {
  readonly bytes: Uint8Array
  readonly spans: RecordSpans
}

async function stagesOf(encoding: Encoding, { events, keys }: StageOptions): Promise<Stage[]> {
  const topic = eventTopic(encoding, events, keys)
  const chunks = await readAll(await loadEvents(encoding, events, keys), topic.name)
  const records = events + PARTITIONS
  const pieces: Piece[] = chunks.map(bytes => ({ bytes, spans: scanAll(bytes) }))
  const spec = topicSpec(topic)
  const want = expected(events, keys)
  const arena = new BatchArena()
  const decode = (wanted: readonly boolean[]): Stage['run'] => {
    const decoder = decoderFor(spec)
    return () => {
      let sum = 0
      for (const { bytes, spans } of pieces) {
        const input = { bytes, start: spans.valueStart, end: spans.valueEnd, rows: spans.count }
        const columns = decoder.decode(input, wanted, arena, { add: () => (sum = Number.NaN) })
        if (wanted[2]) sum += total(columns[2], spans.count)
        arena.reset()
      }
      return { units: records, ok: wanted[2] ? sum === want.items : !Number.isNaN(sum) }
    }
  }
  return [
    {
      name: `${encoding}: check and scan records`,
      unit: 'record',
      run: scanStage(chunks, records),
    },
    { name: `${encoding}: decode 5 columns`, unit: 'record', run: decode([true, true, true, true, true]) },
    { name: `${encoding}: decode 3 columns`, unit: 'record', run: decode([true, true, false, true, false]) },
    { name: `${encoding}: encode values`, unit: 'row', run: encodeStage(encoding, pieces, records) },
    { name: `${encoding}: build record batches`, unit: 'row', run: buildStage(pieces, records) },
  ]
}

function scanStage(chunks: readonly Uint8Array[], records: number): Stage['run'] {
  const spans = new RecordSpans()
  return () => {
    let count = 0
    for (const bytes of chunks) count += scanAll(bytes, spans).count
    return { units: records, ok: count === records }
  }
}

function encodeStage(encoding: Encoding, pieces: readonly Piece[], records: number): Stage['run'] {
  const spec = topicSpec(eventTopic(encoding, 1, 1))
  const encoder = encoderFor(spec)
  const decoder = decoderFor(spec)
  const arena = new BatchArena()
  const [first] = pieces
  const { bytes, spans } = first as Piece
  const input = { bytes, start: spans.valueStart, end: spans.valueEnd, rows: spans.count }
  const columns = decoder.decode(input, [true, true, true, true, true], arena, { add: () => {} }) as Column[]
  const out = new ByteBuffer()
  const [start, end] = [new Int32Array(spans.count), new Int32Array(spans.count)]
  const turns = Math.ceil(records / spans.count)
  return () => {
    for (let turn = 0; turn < turns; turn++) {
      out.clear()
      encoder.encode(columns, spans.count, out, start, end)
    }
    const last = spans.count - 1
    const original = bytes.subarray(spans.valueStart[last], spans.valueEnd[last])
    const ok = Buffer.compare(original, out.bytes.subarray(start[last], end[last])) === 0
    return { units: turns * spans.count, ok }
  }
}

function buildStage(pieces: readonly Piece[], records: number): Stage['run'] {
  const writer = new RecordRows()
  const rows = Int32Array.from({ length: records }, (_, row) => row)
  return () => {
    let written = 0
    for (const { bytes, spans } of pieces) {
      const keys = { bytes, start: spans.keyStart, end: spans.keyEnd, rows: spans.count }
      const values = { bytes, start: spans.valueStart, end: spans.valueEnd, rows: spans.count }
      writer.append(rows, spans.count, spans.timestamp, keys, values)
      written += readBatchHeader(writer.finish(), 0).recordCount
    }
    return { units: records, ok: written === records }
  }
}

function keyStages({ events, keys }: StageOptions): Stage[] {
  const event = new EventValues()
  const users = Float64Array.from({ length: events }, (_, i) => event.set(i, keys).user)
  const slots = new Int32Array(events)
  const distinct = new Set(users).size
  return [
    {
      name: `look up ${keys} number keys`,
      unit: 'row',
      run: () => {
        const table = new NumberKeys()
        table.slots(users, 0, events, slots)
        const ok = table.size === distinct && table.bySlot[slots[events - 1]] === users[events - 1]
        table.release()
        return { units: events, ok }
      },
    },
  ]
}

function total(column: Column | null | undefined, rows: number): number {
  const { values } = column as IntColumn | NumberColumn
  let sum = 0
  for (let row = 0; row < rows; row++) sum += values[row]
  return sum
}

function expected(events: number, keys: number): { items: number } {
  const event = new EventValues()
  let items = 0
  for (let i = 0; i < events; i++) items += event.set(i, keys).item
  return { items }
}

function scanAll(bytes: Uint8Array, spans = new RecordSpans()): RecordSpans {
  spans.clear()
  for (let at = 0; at < bytes.length; ) {
    const header = readBatchHeader(bytes, at)
    checkBatch(bytes, header)
    scanRecords(bytes, header, at + BATCH_HEADER_BYTES, at + header.batchLength, 0, spans)
    at += header.batchLength
  }
  return spans
}

/** The topic in memory, in chunks as a job reads them. */
async function readAll(dir: string, topic: string): Promise<Uint8Array[]> {
  const home = openLogHome({ dir, fsync: 'never' })
  const chunks: Uint8Array[] = []
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const source = await home.openSource(topic, partition)
    source.seek(0)
    for (let chunk = await source.poll(); chunk !== null; chunk = await source.poll()) {
      chunks.push(new Uint8Array(chunk.bytes.subarray(chunk.start, chunk.end)))
    }
    source.close()
  }
  return chunks
}
