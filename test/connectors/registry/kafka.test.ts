import assert from 'node:assert/strict'
import { test } from 'node:test'
import avsc from 'avsc'
import { CliFolder } from '../../support/cli.ts'
import { OtherClient } from '../../support/kafkajs-client.ts'
import { javaConsume } from '../../support/services/java-consume.ts'
import { kafka, uniqueName } from '../../support/services/kafka.ts'
import { readFramed } from '../../support/services/registry/read-framed.ts'
import { registryUrl } from '../../support/services/registry.ts'

const theirs = {
  type: 'record',
  name: 'Click',
  namespace: 'shop',
  fields: [
    { name: 'agent', type: 'string' },
    { name: 'value', type: 'float' },
    { name: 'user', type: 'int' },
  ],
}

/** Registers a schema as another client would; gives the number. */
async function register(subject: string, schema: unknown): Promise<number> {
  const answer = await fetch(`${registryUrl}/subjects/${subject}/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify({ schema: JSON.stringify(schema) }),
  })
  return ((await answer.json()) as { id: number }).id
}

test('on Kafka, with worker threads: from foreign producers to a Java consumer, all with Confluent framing', async t => {
  const { brokers } = await kafka()
  const [from, to] = [uniqueName('clicks'), uniqueName('purchases')]
  const folder = new CliFolder(t)
  folder.write(
    'job.ts',
    `import { double, job, long, nullable, record, sink, source, string, topic } from '@/engine/index.ts'
     import { filter } from '@/operators/index.ts'
     const Click = record('shop.Click', { user: long(), value: double(), page: nullable(string()) })
     const registered = { format: 'avro', registry: true } as const
     export default job('${uniqueName('purchases')}', () => {
       source('clicks', topic('${from}', Click, registered)).pipe(
         filter(row => row.value > 0),
         sink('out', topic('${to}', Click, { ...registered, key: 'user' })),
       )
     })`,
  )
  folder.write(
    'headrace.config.ts',
    `export default { brokers: '${brokers.join()}', schemaRegistry: { url: '${registryUrl}' }, workers: 2, createTopics: true }`,
  )
  const ours = [
    { user: 1, value: 2.5, page: '/' },
    { user: 2, value: 0, page: null },
  ]
  const input = ours.map(row => `${JSON.stringify(row)}\n`).join('')
  const appended = await folder.run(`log append ${from} --job job.ts --partitions 2`, { input })
  assert.equal(appended.code, 0, appended.err)

  const id = await register(`${from}-value`, theirs)
  const frame = Buffer.alloc(5)
  frame.writeInt32BE(id, 1)
  const type = avsc.Type.forSchema(theirs as avsc.Schema)
  const values = Array.from({ length: 50 }, (_, user) => type.toBuffer({ agent: 'x', value: 0.5, user }))
  const producer = await (await OtherClient.open(t, brokers)).producer()
  const messages = values.map((value, k) => ({
    key: `${k}`,
    partition: k % 2,
    value: Buffer.concat([frame, value]),
  }))
  await producer.send({ topic: from, messages })

  const run = await folder.run('run job.ts --until end --no-check')
  assert.equal(run.code, 0, run.err)
  const written = await javaConsume(brokers, to)
  const rows = await readFramed(
    registryUrl,
    written.map(({ value }) => value as Buffer),
  )
  const expected = [ours[0], ...values.map((_, user) => ({ user, value: 0.5, page: null }))]
  const sorted = (list: readonly unknown[]) => list.map(row => JSON.stringify(row)).toSorted()
  assert.deepEqual(sorted(rows), sorted(expected))
})
