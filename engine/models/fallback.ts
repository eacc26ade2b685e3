import type { Fields } from '../batch/schema.ts'
import type { OutputColumn } from './output-columns.ts'

/** What is answered where a model cannot. */
export class Fallback {
  private readonly values: readonly unknown[]

  constructor(outputs: Fields, values: Readonly<Record<string, unknown>>) {
    this.values = Object.keys(outputs).map(name => values[name])
  }

  fill(answers: readonly OutputColumn[], from: number, rows: number): void {
    answers.forEach((answer, index) => {
      const value = this.values[index]
      if (answer.layout === 'vector') {
        for (let row = from; row < from + rows; row++)
          answer.values.set(value as ArrayLike<number>, row * answer.size)
      } else if (answer.layout === 'text') answer.values.fill(value as string, from, from + rows)
      else answer.values.fill(value as number, from, from + rows)
    })
  }
}
