import { Teller } from '../teller.ts'
import { shortCount } from '../units.ts'

/** Tells how many rows of a training set are there. */
export class ExportProgress extends Teller {
  private readonly begunAt = performance.now()

  start(labels: number, look: () => { readonly rows: number; readonly read: number }): void {
    this.tell(() => {
      const { rows, read } = look()
      const share = Math.floor((rows / Math.max(1, labels)) * 100)
      const plain = `${share}%  ${shortCount(rows)} of ${shortCount(labels)} rows  ${shortCount(read)} records read`
      return { json: { rows, labels, read }, plain, lines: () => [plain] }
    })
  }

  get seconds(): number {
    return (performance.now() - this.begunAt) / 1000
  }
}
