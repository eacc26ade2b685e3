import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Schema as AvscSchema } from 'avsc'
import avsc from 'avsc'
import fc from 'fast-check'
import { MemoryHome } from '../../connectors/memory/home.ts'
import { avroSchema } from '../../engine/codec/avro/schema.ts'
import type { AvroSchema } from '../../engine/codec/avro/type.ts'
import { isHeadraceError } from '../../engine/errors.ts'
import {
  HeadraceError,
  job,
  long,
  nullable,
  record,
  rejected,
  sink,
  source,
  string,
  topic,
} from '../../engine/index.ts'
import { Rejected } from '../../engine/io/rejects.ts'
import { limits, setLimits } from '../../engine/limits.ts'
import { JobRun } from '../../engine/run.ts'
import type { SchemaRegistry } from '../../engine/schema-registry.ts'
import { testJob } from '../../testing/index.ts'
import { assertProperty } from '../support/property.ts'
import { rawBatch } from '../support/raw-log.ts'
import { readBatch } from '../support/record-batches.ts'

const Click = record('Click', { user: long(), page: string({ default: 'none' }), ref: nullable(string()) })
const registered = { format: 'avro', registry: true } as const
const clicks = topic('clicks', Click, registered)
const copy = job('copy', () => {
  source('in', clicks).pipe(sink('out', topic('copy', Click, registered)))
  rejected('in').pipe(sink('bad', topic('bad', Rejected)))
})

/** What producers of other versions write. */
const older = { type: 'record', name: 'Click', fields: [{ name: 'user', type: 'int' }] }
const newer = {
  type: 'record',
  name: 'Click',
  fields: [
    { name: 'more', type: { type: 'array', items: 'double' } },
    { name: 'ref', type: ['string', 'null'] },
    { name: 'user', type: 'long' },
    { name: 'page', type: 'string' },
  ],
}
const other = { type: 'record', name: 'Click', fields: [{ name: 'user', type: 'string' }] }

function framed(id: number, schema: unknown, value: unknown): Uint8Array {
  const body = avsc.Type.forSchema(schema as AvscSchema).toBuffer(value)
  const bytes = Buffer.alloc(5 + body.length)
  bytes.writeInt32BE(id, 1)
  bytes.set(body, 5)
  return bytes
}

interface Case {
  readonly bytes: Uint8Array
  readonly row?: unknown
  readonly code?: string
}

/** By the ids that `started` gives to the schemas. */
const cases: readonly Case[] = [
  { bytes: framed(2, older, { user: 7 }), row: { user: 7, page: 'none', ref: null } },
  {
    bytes: framed(3, newer, { more: [1, 2], ref: 'x', user: 2 ** 40, page: 'p' }),
    row: { user: 2 ** 40, page: 'p', ref: 'x' },
  },
  { bytes: framed(4, other, { user: 'seven' }), code: 'HR_SCHEMA_MISMATCH' },
  { bytes: framed(99, older, { user: 7 }), code: 'HR_SCHEMA_UNKNOWN' },
  { bytes: Buffer.of(0, 0, 0), code: 'HR_RECORD_UNDECODABLE' },
  { bytes: Buffer.from('{"user":7}'), code: 'HR_RECORD_UNDECODABLE' },
]

async function started() {
  const driver = testJob(copy)
  await driver
  for (const schema of [older, newer, other]) await driver.schemas.idOf({ schema })
  return { driver }
}

test('values of several writers, however they are cut into batches', async () => {
  const one = fc.nat(cases.length - 1)
  await assertProperty(
    fc.asyncProperty(fc.array(fc.tuple(one, fc.boolean()), { minLength: 1, maxLength: 30 }), async picks => {
      const { driver } = await started()
      const chosen = picks.map(([k]) => cases[k])
      let from = 0
      picks.forEach(([, cut], k) => {
        if (!cut && k < picks.length - 1) return
        driver.pushRaw(
          'clicks',
          0,
          rawBatch(chosen.slice(from, k + 1).map(({ bytes }) => ({ value: bytes }))),
        )
        from = k + 1
      })
      const good = chosen.flatMap(({ row }) => row ?? [])
      assert.deepEqual(await driver.output('copy'), good)
      const bad = await driver.output<Rejected>('bad')
      assert.deepEqual(
        bad.map(({ code }) => code),
        chosen.flatMap(({ code }) => code ?? []),
      )
      await driver.close()
    }),
    40,
  )
})

test('values are written with the number of their schema', async () => {
  const { driver } = await started()
  await driver.push('clicks', [{ user: 7, page: 'p', ref: null }])
  const { batches } = driver.home.partition('copy', 0)
  const [{ value }] = batches.flatMap(({ bytes }) => readBatch(bytes).records)
  assert.deepEqual(value, framed(1, avroSchema(Click), { user: 7, page: 'p', ref: null }).toString())
})

test('more schemas than are kept', async () => {
  const { writerSchemas } = limits
  setLimits({ writerSchemas: 1 })
  const { driver } = await started()
  const chosen = [0, 1, 0, 2, 0, 1, 3].map(k => cases[k])
  driver.pushRaw('clicks', 0, rawBatch(chosen.map(({ bytes }) => ({ value: bytes }))))
  for (const { bytes } of chosen) driver.pushRaw('clicks', 0, rawBatch([{ value: bytes }]))
  const good = chosen.flatMap(({ row }) => row ?? [])
  assert.deepEqual(await driver.output('copy'), [...good, ...good])
  setLimits({ writerSchemas })
})

class SlowRegistry implements SchemaRegistry {
  asked = 0
  private readonly answer: () => AvroSchema

  constructor(answer: () => AvroSchema) {
    this.answer = answer
  }

  async idOf(): Promise<number> {
    return 1
  }

  async byId(): Promise<AvroSchema> {
    this.asked++
    await new Promise(resolve => setImmediate(resolve))
    return this.answer()
  }
}

async function runWith(schemas?: SchemaRegistry, home = new MemoryHome()): Promise<MemoryHome> {
  await home.createTopic('clicks', 1)
  home.partition('clicks', 0).append(rawBatch([0, 0, 3].map(k => ({ value: cases[k].bytes }))))
  home.partition('clicks', 0).publish()
  const run = await JobRun.open(copy, { home, schemas })
  await run.work(new AbortController().signal, true)
  await run.close()
  return home
}

test('a schema is waited for, and asked for once', async () => {
  const schemas = new SlowRegistry(() => older)
  const home = await runWith(schemas)
  assert.equal(schemas.asked, 2)
  assert.equal(home.partition('copy', 0).published, 3)
})

test('a registry that fails ends the job, and nothing of the batch is committed', async () => {
  const schemas = new SlowRegistry(() => {
    throw new HeadraceError('HR_REGISTRY_UNREACHABLE', 'gone')
  })
  const home = new MemoryHome()
  await assert.rejects(runWith(schemas, home), (error: unknown) =>
    isHeadraceError(error, 'HR_REGISTRY_UNREACHABLE'),
  )
  assert.equal(home.partition('copy', 0).published, 0)
  assert.deepEqual(home.states.get('copy') ?? [], [])
})

test('a job that needs a registry is refused without one, and topics that cannot have one', async () => {
  await assert.rejects(
    runWith(),
    /HR_REGISTRY_MISSING: .*none is configured \(job copy, step in, topic clicks\)/,
  )
  const wrong = [
    { registry: true },
    { registry: true, format: 'json' },
    { ...registered, schemaId: 4 },
  ] as const
  for (const options of wrong) {
    assert.throws(
      () => topic('t', Click, options),
      /HR_CONFIG_INVALID: registry of topic "t" needs format: 'avro'/,
    )
  }
})
