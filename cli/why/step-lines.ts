import { amountText, countText } from '../../backtest/report/value-text.ts'
import type { Fate, Passage, SeenRow, Segment } from '../../backtest/why/explanation.ts'
import type { Paint } from './paint.ts'
import { fit, rowLines, rowsText } from './row-lines.ts'

/** What became of rows that are not in it. */
const fateTexts: Readonly<Record<Exclude<Fate, 'taken'>, (step: string, isOne: boolean) => string>> = {
  late: step => `came too late for ${step}`,
  missed: (_, isOne) => `came when this window was over, and ${isOne ? 'counts' : 'count'} in later ones`,
  rejected: (step, isOne) => `${wereOf(isOne)} rejected by ${step}`,
  dropped: (step, isOne) => `${wereOf(isOne)} dropped by ${step}`,
}

function wereOf(isOne: boolean): string {
  return isOne ? 'was' : 'were'
}

const widestName = 28

/** The steps from the inputs to the sink, each with what it did with the rows. */
export function stepLines(segments: readonly Segment[], width: number, paint: Paint): string[] {
  const names = segments.flatMap(segment => [nameOf(segment), ...segment.passages.map(nameOf)])
  const drawing = new Drawing(width, Math.min(widestName, Math.max(...names.map(name => name.length))), paint)
  for (const segment of segments.toReversed()) drawing.segment(segment)
  return drawing.lines
}

class Drawing {
  readonly lines: string[] = []
  /** Columns beside the names. */
  private readonly room: number
  private readonly named: number
  private readonly paint: Paint

  constructor(width: number, named: number, paint: Paint) {
    this.named = named
    this.room = Math.max(20, width - named - 6)
    this.paint = paint
  }

  segment(segment: Segment): void {
    for (const { name, text } of sourcesOf(segment)) this.node('○', name, [text])
    const only = single(segment)
    let before = only?.row ?? {}
    for (const passage of segment.passages) {
      const text = only === undefined ? [passedText(passage)] : this.changed(passage, before)
      this.node('│', nameOf(passage), text)
      if (passage.row !== null) before = passage.row.row
    }
    if (segment.kind === 'sink') this.node('▼', nameOf(segment), ['wrote it'])
    else if (segment.kind === 'repartition') this.handedOn(segment)
    else this.computed(segment)
  }

  /** What a step has made of one row. */
  private changed(passage: Passage, before: SeenRow['row']): string[] {
    const { took, gave, row } = passage
    if (took !== 1 || gave !== 1 || row === null) return [passedText(passage)]
    const changed = rowLines(row.row, this.room - 2, before)
    return changed.length === 0 ? ['passed it'] : arrowed(changed)
  }

  private handedOn(segment: Segment): void {
    this.node('▼', nameOf(segment), [`handed ${rowsText(segment.counts.taken)} on to a later stage`])
    this.doubts(segment)
  }

  private computed(segment: Segment): void {
    const { explained, counts, exact } = segment
    const of = countText(counts.taken)
    const made = `made ${explained.length === 1 ? 'one row' : rowsText(explained.length)}`
    this.node('●', nameOf(segment), [
      exact ? `${made} of ${of}` : `${made} of these ${of}, or of some of them: only its function knows`,
    ])
    this.doubts(segment)
    const [only] = explained
    if (explained.length > 1) return
    for (const line of arrowed(rowLines(only.row, this.room - 2))) this.below(this.paint('cyan', line))
  }

  /** Rows that are not in it, and what is not known for certain. */
  private doubts(segment: Segment): void {
    const { lost, rows, untold } = segment
    if (untold.length > 0)
      this.below(this.paint('yellow', `${rowsText(rows.length)} of all were followed further`))
    for (const line of fateLines(segment)) this.below(this.paint('yellow', line))
    if (lost > 0) this.below(this.paint('yellow', `${rowsText(lost)} came out otherwise in another pass`))
  }

  private node(mark: string, name: string, [first, ...rest]: readonly string[]): void {
    const { paint, named } = this
    this.lines.push(`  ${paint('dim', mark)} ${paint('bold', fit(name, named).padEnd(named))}  ${first}`)
    for (const line of rest) this.below(line)
  }

  private below(text: string): void {
    this.lines.push(`  ${this.paint('dim', '│')} ${' '.repeat(this.named)}  ${text}`)
  }
}

function arrowed(lines: readonly string[]): string[] {
  return lines.map((line, index) => `${index === 0 ? '→' : ' '} ${line}`)
}

function sourcesOf({ rows }: Segment): { name: string; text: string }[] {
  const records = rows.flatMap(({ origin, fate }) =>
    origin.from === 'record' ? [{ ...origin.record, fate }] : [],
  )
  return [...Map.groupBy(records, ({ source, topic }) => `${topic}, ${source}`).values()].map(of => {
    const partitions = [...new Set(of.map(({ partition }) => partition))].sort((a, b) => a - b)
    const [{ topic }] = of
    return { name: topic, text: `${amountText(of.length, 'record')} of partition ${partitions.join(', ')}` }
  })
}

/** The row that all of it is about, as it comes in. */
function single({ rows }: Segment): SeenRow | undefined {
  const taken = rows.filter(({ fate }) => fate === 'taken')
  if (taken.length !== 1) return undefined
  const [{ origin }] = taken
  return origin.from === 'record' ? origin.record : origin.computed
}

function passedText({ took, gave }: Passage): string {
  return took === gave ? `passed ${rowsText(gave)}` : `${rowsText(took)} in, ${countText(gave)} out`
}

/** A step without a name of its own is called after its kind. */
function nameOf({ step, kind }: Pick<Passage, 'step' | 'kind'>): string {
  return step.startsWith(`${kind}-`) ? step : `${kind} ${step}`
}

/** Rows that would belong to it, and where they were left. */
export function fateLines({ rows, untold }: Segment): string[] {
  const all = [...rows.map(({ fate, step }) => ({ fate, step, count: 1 })), ...untold]
  const lines: string[] = []
  for (const fate of Object.keys(fateTexts) as (keyof typeof fateTexts)[]) {
    const of = Map.groupBy(
      all.filter(row => row.fate === fate),
      ({ step }) => step,
    )
    for (const [step, some] of of) {
      const count = some.reduce((sum, one) => sum + one.count, 0)
      lines.push(`${countText(count)} more ${fateTexts[fate](step, count === 1)}`)
    }
  }
  return lines
}
