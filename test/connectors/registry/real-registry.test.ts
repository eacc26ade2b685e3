import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import avsc from 'avsc'
import { MemoryHome } from '../../../connectors/memory/home.ts'
import type { RegistryClient } from '../../../connectors/registry/client.ts'
import { openSchemaRegistry } from '../../../connectors/registry/client.ts'
import type { RegistryOptions } from '../../../connectors/registry/config.ts'
import { avroSchema } from '../../../engine/codec/avro/schema.ts'
import type { Schema, Topic } from '../../../engine/index.ts'
import {
  array,
  double,
  float,
  job,
  long,
  nullable,
  oneOf,
  record,
  sink,
  source,
  string,
  topic,
} from '../../../engine/index.ts'
import { RecordFeed } from '../../../engine/io/record-feed.ts'
import { RowReader } from '../../../engine/io/row-reader.ts'
import { JobRun } from '../../../engine/run.ts'
import { topicSpec } from '../../../engine/topic.ts'
import { rawBatch } from '../../support/raw-log.ts'
import { readFramed } from '../../support/services/registry/read-framed.ts'
import { registryUrl } from '../../support/services/registry.ts'

const registered = { format: 'avro', registry: true } as const
const Order = record('shop.Order', {
  id: long(),
  price: double(),
  weight: float(),
  state: oneOf('State', ['open', 'paid']),
  note: nullable(string()),
  items: array(record('Item', { name: string(), count: long() })),
})
const Later = record('shop.Order', {
  ...Order.fields,
  price: double({ default: 0 }),
  tip: nullable(double()),
})

function open(t: TestContext, options: Partial<RegistryOptions> = {}): RegistryClient {
  const client = openSchemaRegistry({ url: registryUrl, ...options })
  t.after(() => client.close())
  return client
}

const uniqueTopic = () => `orders-${randomUUID().slice(0, 8)}`

function output(of: string, schema: Schema) {
  return { topic: of, subject: null, record: schema.name, schema: avroSchema(schema) }
}

async function mayOnlyGrow(subject: string): Promise<void> {
  const answer = await fetch(`${registryUrl}/config/${subject}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ compatibility: 'FULL' }),
  })
  assert.equal(answer.status, 200)
}

/** A job that copies from one topic into another, over what is in the first. */
async function copied<A>(home: MemoryHome, from: Topic<A>, to: Topic<A>, schemas: RegistryClient) {
  const copy = job(`copy-${to.name}`, () => source('in', from).pipe(sink('out', to)))
  const run = await JobRun.open(copy, { home, schemas })
  await run.work(new AbortController().signal, true)
  await run.close()
}

async function valuesOf(home: MemoryHome, name: string): Promise<Uint8Array[]> {
  const feed = new RecordFeed(await home.openSource(name, 0), name, 0)
  const values: Uint8Array[] = []
  while (await feed.fill()) {
    const { bytes, valueStart, valueEnd, count } = feed.spans
    for (let i = 0; i < count; i++) values.push(bytes.slice(valueStart[i], valueEnd[i]))
  }
  return values
}

async function rowsOf<T>(home: MemoryHome, of: Topic<T>, schemas: RegistryClient): Promise<(T | null)[]> {
  const reader = new RowReader<T>(topicSpec(of), 0, await home.openSource(of.name, 0), 0, schemas)
  const records = await reader.read()
  reader.close()
  return records.map(({ row }) => row)
}

const rows = [
  {
    id: 2 ** 52 + 1,
    price: 1.1,
    weight: 0.5,
    state: 'paid',
    note: 'naïve "☃"',
    items: [{ name: 'a', count: 2 }],
  },
  { id: -1, price: -0.25, weight: -3, state: 'open', note: null, items: [] },
]

test('what a job reads from foreign writers and writes, Avro for Java reads too', async t => {
  const [from, to] = [uniqueTopic(), uniqueTopic()]
  const schemas = open(t)
  // As a producer with a class of its own has it: other order, a field more, a field less.
  const theirs = {
    namespace: 'shop',
    name: 'Order',
    type: 'record',
    doc: 'theirs',
    fields: [
      { name: 'note', type: ['string', 'null'] },
      {
        name: 'items',
        type: {
          type: 'array',
          items: {
            type: 'record',
            name: 'Position',
            fields: [
              { name: 'count', type: 'int' },
              { name: 'name', type: 'string' },
            ],
          },
        },
      },
      { name: 'id', type: 'long' },
      { name: 'clerk', type: { type: 'map', values: 'string' } },
      { name: 'weight', type: 'float' },
      { name: 'price', type: 'double' },
      { name: 'state', type: { type: 'enum', name: 'State', symbols: ['lost', 'paid', 'open'] } },
    ],
  }
  const id = await schemas.idOf({ topic: from, subject: null, record: 'shop.Order', schema: theirs })
  const type = avsc.Type.forSchema(theirs as avsc.Schema)
  const frame = Buffer.from([0, 0, 0, 0, 0])
  frame.writeInt32BE(id, 1)
  const values = rows.map(row => Buffer.concat([frame, type.toBuffer({ ...row, clerk: { name: 'x' } })]))

  const home = new MemoryHome()
  await home.createTopic(from, 1)
  home.partition(from, 0).append(rawBatch(values.map(value => ({ value }))))
  home.partition(from, 0).publish()
  await copied(home, topic(from, Order, registered), topic(to, Order, registered), schemas)
  assert.deepEqual(await rowsOf(home, topic(to, Order, registered), open(t)), rows)

  // The job's record grows: the new reads what the old has written, and the old what the new has written.
  const next = `${to}-next`
  await copied(home, topic(to, Later, registered), topic(next, Later, registered), schemas)
  assert.deepEqual(await rowsOf(home, topic(next, Order, registered), open(t)), rows)
  const written = [...(await valuesOf(home, to)), ...(await valuesOf(home, next))]
  assert.deepEqual(await readFramed(registryUrl, written), [
    ...rows,
    ...rows.map(row => ({ ...row, tip: null })),
  ])
})

test('a schema has one number, whoever asks for it', async t => {
  const name = uniqueTopic()
  const id = await open(t).idOf(output(name, Order))
  assert.equal(await open(t).idOf(output(name, Order)), id)
  assert.equal(await open(t, { register: false }).idOf(output(name, Order)), id)
  assert.deepEqual(await open(t).byId(id), avroSchema(Order))
  const versions = await fetch(`${registryUrl}/subjects/${name}-value/versions`)
  assert.deepEqual(await versions.json(), [1])
})

test('a schema that readers could not go on with is refused, one that they can is another version', async t => {
  const name = uniqueTopic()
  await mayOnlyGrow(`${name}-value`)
  const first = await open(t).idOf(output(name, Order))
  const Worse = record('shop.Order', { ...Order.fields, tip: double() })
  await assert.rejects(
    open(t).idOf(output(name, Worse)),
    ({ code, what }: { code: string; what: string }) =>
      code === 'HR_SCHEMA_INCOMPATIBLE' && what.includes(`"${name}-value"`) && what.includes('tip'),
  )
  assert.notEqual(await open(t).idOf(output(name, Later)), first)
  assert.equal(await open(t).idOf(output(name, Order)), first)
})

test('subjects by each rule, and a schema that must be there', async t => {
  const name = uniqueTopic()
  const named = `${name}.Order`
  const Named = record(named.replaceAll('-', '_'), Order.fields)
  for (const subjects of ['topic', 'record', 'topic-record'] as const) {
    await open(t, { subjects }).idOf(output(name, Named))
  }
  await open(t).idOf({ ...output(name, Named), subject: `${name} by/hand` })
  const all = (await (await fetch(`${registryUrl}/subjects`)).json()) as string[]
  for (const subject of [`${name}-value`, Named.name, `${name}-${Named.name}`, `${name} by/hand`]) {
    assert.ok(all.includes(subject), subject)
  }
  await assert.rejects(
    open(t, { register: false }).idOf(output(uniqueTopic(), Named)),
    /HR_SCHEMA_UNREGISTERED/,
  )
})

test('a number that the registry does not know', async t => {
  assert.equal(await open(t).byId(2_000_000_000), undefined)
})

test('an address that is not that of the API', async t => {
  const client = open(t, { url: `${new URL(registryUrl).origin}/elsewhere` })
  await assert.rejects(async () => client.byId(1), /HR_REGISTRY_REFUSED/)
})
