import { double, int, long, record, timestamp } from '../engine/index.ts'

export const Purchase = record('Purchase', {
  ts: timestamp({ description: 'when it happened' }),
  user: long(),
  item: int(),
  quantity: int(),
  value: double({ description: 'what was paid' }),
})
