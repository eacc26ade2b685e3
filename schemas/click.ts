import { double, int, long, record, string, timestamp } from '../engine/index.ts'

export const Click = record('Click', {
  ts: timestamp({ description: 'when it happened' }),
  user: long(),
  item: int(),
  value: double({ description: 'price of what was bought, 0 for all but purchases' }),
  kind: string({ description: 'view, cart, purchase or bot' }),
})
