import type { TracedRun } from '../../backtest/why/traced-run.ts'
import { progressText } from '../replay/progress.ts'
import { Teller } from '../teller.ts'

/** From then on a rate says something. */
const settledMs = 200

/** Tells how far the search for an explanation is: each step back reads some of the history again. */
export class WhyProgress extends Teller {
  private readonly begunAt = performance.now()

  start(run: TracedRun): void {
    let pass = 0
    let passBegunAt = this.begunAt
    this.tell(() => {
      if (run.passes !== pass) {
        pass = run.passes
        passBegunAt = performance.now()
      }
      const { read, records } = run
      const ms = performance.now() - passBegunAt
      const perSecond = ms < settledMs ? 0 : Math.round((read * 1000) / ms)
      const secondsLeft = perSecond === 0 ? null : Math.ceil(Math.max(0, records - read) / perSecond)
      const plain = `pass ${pass}  ${progressText(read, records, perSecond, secondsLeft)}`
      return { json: { pass, read, records, perSecond, secondsLeft }, plain, lines: () => [plain] }
    })
  }

  get seconds(): number {
    return (performance.now() - this.begunAt) / 1000
  }
}
