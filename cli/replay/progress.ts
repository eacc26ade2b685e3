import type { Replay } from '../../backtest/replay.ts'
import { Teller } from '../teller.ts'
import { shortCount } from '../units.ts'

const barWidth = 24

/** Tells how far a replay is, how fast it goes and how long it will take. */
export class ReplayProgress extends Teller {
  private readonly begunAt = performance.now()

  start(replay: Replay, records: number): void {
    this.tell(() => {
      const { read } = replay
      const perSecond = Math.round(read / this.seconds)
      const secondsLeft = perSecond === 0 ? null : Math.ceil((records - read) / perSecond)
      const plain = progressText(read, records, perSecond, secondsLeft)
      return { json: { read, records, perSecond, secondsLeft }, plain, lines: () => [plain] }
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
): string {
  const share = records === 0 ? 1 : Math.min(1, read / records)
  const filled = Math.round(share * barWidth)
  const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled)
  const left = secondsLeft === null ? '' : `  ${secondsLeft} s left`
  return `${bar} ${Math.floor(share * 100)}%  ${shortCount(read)} records  ${shortCount(perSecond)}/s${left}`
}
