import { double, int, long, record, string, timestamp } from '../engine/index.ts'

export const Click = record('Click', {
  ts: timestamp({ description: 'when it happened' }),
  user: long(),
  item: int(),
  value: double({ description: 'price of what was put into the cart, 0 for all else' }),
  kind: string({ description: 'view, cart or bot' }),
})
