import { double, long, record, timestamp } from '../engine/index.ts'

export const UserStats = record('UserStats', {
  user: long(),
  windowStart: timestamp(),
  windowEnd: timestamp(),
  clicks: long(),
  spend: double(),
})
