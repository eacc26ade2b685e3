import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { LogHome } from '../connectors/log/home.ts'
import { openLogHome } from '../connectors/log/home.ts'
import { LogProducer } from '../connectors/log/producer.ts'
import { PARTITIONS } from './events.ts'
import type { Append } from './fill.ts'
import { fillEvents, fillTable } from './fill.ts'
import { eventTopic, tableTopic } from './topics.ts'

export function benchDirectory(): string {
  return process.env.BENCH_TMP ?? path.join(tmpdir(), 'headrace-bench')
}

/** The data folder that holds this input, loaded if it is not there yet. */
export async function loadEvents(encoding: 'avro' | 'json', events: number, keys: number): Promise<string> {
  const dir = path.join(benchDirectory(), `${encoding}-${events}-${keys}`)
  const done = path.join(dir, 'loaded')
  if (existsSync(done)) return dir
  mkdirSync(dir, { recursive: true })
  const home = openLogHome({ dir, fsync: 'never' })
  const topic = eventTopic(encoding, events, keys)
  await fill(home, topic.name, append => fillEvents(topic, events, keys, append))
  await fill(home, tableTopic(keys).name, append => fillTable(keys, append))
  writeFileSync(done, '')
  return dir
}

async function fill(home: LogHome, topic: string, work: (append: Append) => Promise<void>): Promise<void> {
  await home.createTopic(topic, PARTITIONS)
  const producer = LogProducer.open(topic, { dir: home.config.dir, fsync: 'never' })
  await work((partition, batch) => void producer.append(partition, batch))
  producer.commit()
  producer.close()
}
