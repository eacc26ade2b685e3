import type { Io } from './io.ts'
import { progressLine } from './progress-line.ts'
import type { RunMeter, Status } from './status.ts'
import type { Style } from './teller.ts'
import { Teller } from './teller.ts'

/** More lines for the terminal, below the progress. */
export type Extra = (status: Status, width: number) => readonly string[]

export function styleFor(io: Io, json: boolean): Style {
  if (json) return 'json'
  return io.out.isTTY ? 'terminal' : 'plain'
}

/** Tells how a run goes. */
export class Reporter extends Teller {
  start(meter: RunMeter, extra: Extra = () => []): void {
    this.tell(() => {
      const status = meter.status()
      return {
        json: status,
        plain: `${status.seconds.toFixed(0)}s  ${progressLine(status, 200)}`,
        lines: width => [progressLine(status, width), ...extra(status, width)],
      }
    })
  }
}
