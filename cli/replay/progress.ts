import type { Replay } from '../../backtest/replay.ts'
import { timeText } from '../status.ts'
import { Teller } from '../teller.ts'
import { shortCount } from '../units.ts'

const barWidth = 24

/** Tells how far a replay is, how fast it goes and how long it will take. */
export class ReplayProgress extends Teller {
  private readonly begunAt = performance.now()

  start(replay: Replay, records: number): void {
    // What earlier attempts have read is no measure of this one.
    let first: { readonly read: number; readonly seconds: number } | undefined
    this.tell(() => {
      const { read } = replay
      first ??= { read, seconds: this.seconds }
      const perSecond = Math.round((read - first.read) / (this.seconds - first.seconds + 1e-3))
      const byRate = perSecond === 0 ? null : Math.ceil((records - read) / perSecond)
      const secondsLeft = replay.secondsLeft ?? byRate
      const time = replay.time === undefined ? null : timeText(replay.time)
      const plain = progressText(read, records, perSecond, secondsLeft, time)
      return { json: { read, records, perSecond, secondsLeft, time }, plain, lines: () => [plain] }
    })
  }

  get seconds(): number {
    return (performance.now() - this.begunAt) / 1000
  }
}

export function progressText(
  read: number,
  records: number,
  perSecond: number,
  secondsLeft: number | null,
  time: string | null = null,
): string {
  const share = records === 0 ? 1 : Math.min(1, read / records)
  const filled = Math.round(share * barWidth)
  const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled)
  const left = secondsLeft === null ? '' : `  ${secondsLeft} s left`
  const at = time === null ? '' : `  at ${time}`
  return `${bar} ${Math.floor(share * 100)}%  ${shortCount(read)} records  ${shortCount(perSecond)}/s${left}${at}`
}
