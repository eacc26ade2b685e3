import { double, int, oneOf, record, string, timestamp, topic } from '../../engine/index.ts'

/** Enough that keys spread, and that a commit has to hold several partitions together. */
export const PARTITIONS = 2

const time = { time: 'ts', key: 'user', lateness: '2s' } as const

/** A row of this kind makes a step's function throw. */
export const poison = 'poison'

export const Click = record('Click', {
  ts: timestamp(),
  user: int(),
  item: int(),
  value: double(),
  kind: oneOf('Kind', ['view', 'buy', poison]),
})
export const Order = record('Order', { ts: timestamp(), user: int(), amount: double() })
export const Account = record('Account', { ts: timestamp(), user: int(), plan: string() })

export const clicks = topic('clicks', Click, time)
export const orders = topic('orders', Order, time)
/** A table falls idle at once unless told otherwise, and when it does so depends on the time of day. */
export const accounts = topic('accounts', Account, { ...time, fromKey: 'user', idleAfter: '999d' })

export const inputs = [clicks.name, orders.name, accounts.name] as const
export type Input = (typeof inputs)[number]
