import { double, int, long, record, timestamp } from '../engine/batch/schema.ts'
import type { Topic } from '../engine/topic.ts'
import { topic } from '../engine/topic.ts'
import { Event, LATENESS_MS } from './events.ts'

export type Encoding = 'avro' | 'json'

/** Confluent's framing around Avro, as the peers read it; JSON bare. */
export function eventTopic(encoding: Encoding, events: number, keys: number): Topic<Event> {
  return topic(`bench.events.${encoding}.${events}.${keys}`, Event, {
    time: row => row.ts,
    lateness: LATENESS_MS,
    key: 'user',
    format: encoding,
    ...(encoding === 'avro' && { schemaId: 1 }),
  })
}

export const Segment = record('Segment', { user: long(), segment: int() })

export function tableTopic(keys: number): Topic<{ user: number; segment: number }> {
  return topic(`bench.table.${keys}`, Segment, { fromKey: 'user' })
}

export const Projected = record('Projected', { user: long(), value: double() })
export const Joined = record('Joined', { user: long(), value: double(), segment: int() })
export const Windowed = record('Windowed', {
  user: long(),
  start: timestamp(),
  end: timestamp(),
  count: long(),
  sum: double(),
  min: double(),
  max: double(),
})
export const Sessions = record('Sessions', {
  user: long(),
  start: timestamp(),
  end: timestamp(),
  count: long(),
  sum: double(),
})

export const outputs = { W0: Projected, W1: Windowed, W2: Windowed, W3: Sessions, W4: Joined }
export type Workload = keyof typeof outputs
